from mqworker.core.brake import Brake, BrakePolicy

POLICY = BrakePolicy(ratio=0.5, sample=100, pause_s=30.0)


def test_good_messages_never_close_the_brake():
    brake = Brake(POLICY)
    assert not any(brake.observe("prepare", 500, 0, t) for t in range(100))
    assert brake.allowance(500, 101.0) == 500


def test_a_few_bad_ones_among_good_ones_never_close_it():
    brake = Brake(POLICY)
    assert not any(brake.observe("prepare", 60, 40, t) for t in range(100))


def test_mostly_bad_messages_close_it_for_the_pause():
    brake = Brake(POLICY)
    assert brake.observe("prepare", 0, 200, 1.0)
    assert [brake.allowance(500, now) for now in (1.0, 30.9)] == [0, 0]


def test_a_handful_of_bad_ones_is_not_enough_to_judge_by():
    brake = Brake(POLICY)
    assert not brake.observe("prepare", 0, 99, 1.0)


def test_after_the_pause_a_sample_is_taken_on_trial():
    brake = Brake(POLICY)
    brake.observe("prepare", 0, 200, 1.0)
    assert brake.allowance(500, 31.0) == 100
    brake.observe("prepare", 60, 0, 31.0)
    assert brake.allowance(500, 31.0) == 40
    brake.observe("prepare", 40, 0, 31.0)
    assert brake.allowance(500, 31.0) == 0


def test_a_trial_that_ends_well_releases_it():
    brake = Brake(POLICY)
    brake.observe("prepare", 0, 200, 1.0)
    brake.allowance(500, 31.0)
    brake.observe("prepare", 100, 0, 31.0)
    brake.observe("write", 100, 0, 31.1)
    assert brake.allowance(500, 31.2) == 500


def test_a_trial_that_ends_badly_closes_it_again():
    brake = Brake(POLICY)
    brake.observe("prepare", 0, 200, 1.0)
    brake.allowance(500, 31.0)
    assert brake.observe("prepare", 0, 100, 31.0)
    assert brake.allowance(500, 31.1) == 0


def test_what_the_sink_refuses_closes_it_too():
    brake = Brake(POLICY)
    brake.observe("prepare", 300, 0, 1.0)
    assert brake.observe("write", 0, 300, 1.0)


def test_a_ratio_of_zero_turns_it_off():
    brake = Brake(BrakePolicy(ratio=0.0, sample=10))
    assert not brake.observe("prepare", 0, 1000, 1.0)
