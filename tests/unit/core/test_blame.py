import pytest

from mqworker.core.blame import REASON_LIMIT, blame_document, blame_request, tell

PRESSURE = (
    "rejected execution of coordinating operation [coordinating_and_primary_bytes={before}, "
    "replica_bytes=0, all_bytes={before}, coordinating_operation_bytes={operation}, "
    "max_coordinating{series}_bytes=65536]"
)


def error(kind: str, reason: str = "because") -> dict[str, str]:
    return {"type": kind, "reason": reason}


def pressure(before: int, operation: int, series: str = "") -> dict[str, object]:
    reason = PRESSURE.format(before=before, operation=operation, series=series)
    return {"error": error("es_rejected_execution_exception", reason), "status": 429}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, "document_parsing_exception"),
        (400, "mapper_parsing_exception"),
        (400, "strict_dynamic_mapping_exception"),
        (400, "illegal_argument_exception"),
        (400, "index_closed_exception"),
        (400, "an_exception_of_the_future"),
    ],
)
def test_what_a_document_holds_is_blamed_on_the_document(status: int, kind: str) -> None:
    assert blame_document(status, error(kind)).blame == "document"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, "es_rejected_execution_exception"),
        (429, "circuit_breaking_exception"),
        (503, "unavailable_shards_exception"),
        (503, "cluster_block_exception"),
        (500, "mapper_exception"),
        (504, "timeout_exception"),
        (400, "resource_already_exists_exception"),
    ],
)
def test_what_passes_by_itself_is_blamed_on_load(status: int, kind: str) -> None:
    assert blame_document(status, error(kind)).blame == "load"


@pytest.mark.parametrize(
    ("status", "kind", "reason"),
    [
        (401, "security_exception", "unable to authenticate user [x]"),
        (403, "security_exception", "action [indices:data/write/bulk] is unauthorized"),
        (403, "cluster_block_exception", "index [e] blocked by: [FORBIDDEN/8/index write (api)];"),
        (429, "cluster_block_exception", "disk usage exceeded flood-stage watermark"),
        (404, "index_not_found_exception", "no such index [e] and [action.auto_create_index] is"),
        (400, "validation_exception", "this action would add [2] shards, but this cluster"),
        (400, "invalid_alias_name_exception", "Invalid alias name [events]: an index"),
        (400, "invalid_index_name_exception", "must be lowercase"),
        (400, "illegal_argument_exception", "pipeline with id [nope] does not exist"),
        (400, "illegal_argument_exception", "no write index is defined for alias [events]."),
        (418, "an_exception_of_the_future", ""),
    ],
)
def test_what_somebody_has_to_mend_is_blamed_on_the_operator(
    status: int, kind: str, reason: str
) -> None:
    assert blame_document(status, error(kind, reason)).blame == "operator"


@pytest.mark.parametrize("status", [301, 401, 403, 404, 405, 406, 415])
def test_a_whole_request_that_is_turned_away_blames_no_document(status: int) -> None:
    assert blame_request(status, None, 10, 1).blame == "operator"


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_whole_request_that_fails_for_now_is_blamed_on_load(status: int) -> None:
    assert blame_request(status, "<html>Bad Gateway</html>", 10, 1).blame == "load"


@pytest.mark.parametrize("kind", ["action_request_validation_exception", "json_parse_exception"])
def test_a_request_spoiled_by_one_impossible_document_blames_documents(kind: str) -> None:
    assert blame_request(400, {"error": error(kind)}, 10, 5).blame == "document"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        "Bad Request",
        {"error": "no handler found for uri [/_bulk] and method [POST]"},
        {"error": error("media_type_header_exception")},
        {"error": error("illegal_argument_exception", "explicit index in bulk is not allowed")},
    ],
)
def test_a_bad_request_that_is_not_about_documents_never_blames_them(answer: object) -> None:
    assert blame_request(400, answer, 10, 1).blame == "operator"


def test_too_large_a_request_is_blamed_on_its_size_with_the_setting_named() -> None:
    fault = blame_request(413, None, 10, 5)

    assert fault.blame == "size"
    assert "http.max_content_length" in fault.reason


@pytest.mark.parametrize("series", ["", "_and_primary"])
def test_a_batch_above_the_pressure_limit_is_blamed_on_its_size(series: str) -> None:
    assert blame_request(429, pressure(59020, 9988, series), 150_000, 200).blame == "size"


def test_a_small_batch_on_a_busy_cluster_is_blamed_on_load() -> None:
    assert blame_request(429, pressure(59020, 9988), 10_000, 20).blame == "load"


def test_one_document_above_the_pressure_limit_is_blamed_on_its_size() -> None:
    assert blame_request(429, pressure(0, 100_208), 100_060, 1).blame == "size"


def test_one_document_below_the_pressure_limit_waits_for_a_quieter_time() -> None:
    assert blame_request(429, pressure(65_000, 40_000), 40_000, 1).blame == "load"


def test_a_reason_names_type_and_causes_once_each() -> None:
    told = tell(
        {
            "type": "document_parsing_exception",
            "reason": "[1:9] failed to parse field [n]",
            "caused_by": {
                "type": "number_format_exception",
                "reason": 'For input string: "x"',
                "caused_by": {"type": "x", "reason": 'For input string: "x"'},
            },
        }
    )

    assert told == (
        "document_parsing_exception: [1:9] failed to parse field [n]; caused by "
        'number_format_exception: For input string: "x"'
    )


def test_a_reason_is_one_line_of_bounded_length() -> None:
    told = tell(error("x", "line\n" * 1000))

    assert "\n" not in told
    assert len(told) == REASON_LIMIT


@pytest.mark.parametrize("broken", [None, 5, [], {}, {"type": None}, {"reason": {"a": 1}}])
def test_an_error_of_any_shape_can_be_told(broken: object) -> None:
    assert isinstance(tell(broken), str)
