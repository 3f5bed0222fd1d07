"""The examples for AWS: the template is right as far as cfn-lint knows, the policies agree."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml

EXAMPLES = Path(__file__).parents[2] / "examples" / "cloudtrail"
TEMPLATE = EXAMPLES / "trail.yaml"
NEEDED = {
    *("sqs:GetQueueAttributes", "sqs:ReceiveMessage"),
    *("sqs:ChangeMessageVisibility", "sqs:DeleteMessage"),
    *("s3:GetObject", "s3:ListBucket"),
}


def actions(statements: list[dict[str, Any]]) -> set[str]:
    allowed = [each["Action"] for each in statements if each["Effect"] == "Allow"]
    return {name for each in allowed for name in ([each] if isinstance(each, str) else each)}


def test_the_template_has_no_faults() -> None:
    argv = [Path(sys.executable).with_name("cfn-lint"), "--regions", "eu-central-1", "us-east-1"]
    done = subprocess.run(
        [*argv, "--template", TEMPLATE], capture_output=True, text=True, check=False, timeout=60
    )
    assert (0, "") == (done.returncode, done.stdout)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_policies_allow_what_is_needed_and_nothing_else() -> None:
    resources = cfn_yaml.load(str(TEMPLATE))["Resources"]
    in_template = resources["ReadTrail"]["Properties"]["PolicyDocument"]["Statement"]
    by_itself = json.loads((EXAMPLES / "iam-policy.json").read_text())["Statement"]
    assert NEEDED == actions(in_template)
    assert NEEDED | {"kms:Decrypt"} == actions(by_itself)
