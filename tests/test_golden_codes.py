"""Every finding of the catalogue has a golden case, or is tested elsewhere for a reason."""

from __future__ import annotations

import re
from typing import Final

from fedlib.diagnostics.catalogue import CODES
from tests.golden_case import GOLDEN

ELSEWHERE: Final = {
    "FED001": "a folder or file that cannot be read; a case is a file that can be: tests/discovery, tests/cli",
    "FED012": "`--stack NAME` of the command line: tests/cli",
    "FED019": "secrets of Pulumi: tests/discovery/test_discover.py",
    "FED101": "live discovery: tests/discovery/test_live.py",
    "FED102": "a cluster without any source; the sources of a case are its own: tests/discovery/test_discover.py",
    "FED103": "kubeconfigs: tests/discovery/test_kubeconfig.py",
    "FED104": "what Pulumi needs and a render does not: tests/emit",
    "FED106": "recordings: tests/discovery/test_recorded.py",
    "FED108": "`python -m fedlib snapshot`: tests/discovery/test_snapshot_file.py",
    "FED122": "lists that are forbidden: tests/discovery/test_workloads.py",
    "FED353": "what a recording does not hold; a case has no recording: tests/discovery/test_unrecorded.py",
    "FED414": "two hosts with one hash cannot be found by trying: tests/test_virtual_ip.py",
    "FED419": "129 ports would make an unreadable case: tests/test_golden_limits.py",
    "FED535": "10,000 routes would make an unreadable case: tests/test_golden_limits.py",
    "FED604": "1 MiB would make an unreadable case: tests/test_golden_limits.py",
    "FED602": "4,097 addresses would make an unreadable case: tests/test_golden_limits.py",
    "FED716": "129 ports would make an unreadable case: tests/test_golden_limits.py",
    "FED990": "65 labels would make an unreadable case: tests/test_golden_allowances.py",
    "FED991": "thousands of things would make an unreadable case: tests/test_golden_allowances.py",
    "FED992": "thousands of things would make an unreadable case: tests/test_golden_allowances.py",
    "FED993": "501 mistakes would make an unreadable case: tests/test_golden_allowances.py",
}


def shown() -> set[str]:
    """The codes of the findings of all golden cases."""
    outputs = (path.read_text(encoding="utf-8") for path in GOLDEN.rglob("*.out.yaml"))
    return {code for output in outputs for code in re.findall(r"^- code: (FED\d+) ", output, re.MULTILINE)}


def test_every_code_has_a_golden_case() -> None:
    """A new code comes with a case that shows its text."""
    assert set(CODES) - shown() == set(ELSEWHERE)
