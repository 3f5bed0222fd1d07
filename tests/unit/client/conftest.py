import pytest

from tests.unit.client.sending import Made


@pytest.fixture
def client(tmp_path):
    made = Made(tmp_path)
    yield made
    for each in made.made:
        each.close()
