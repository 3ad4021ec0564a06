"""The other files for operating it: what their own tools say of them."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from overgang.cli.serving import AFTER, BRIEF
from overgang.shell.config_audit import Deadlines
from overgang.shell.config_life import Life
from running import ROOT

DEPLOY = ROOT / "deploy"
KINDS = ["Namespace", "Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"]


def objects() -> list[dict[str, Any]]:
    return list(yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text(encoding="utf-8")))


def longest_stop() -> float:
    """Seconds from SIGTERM to the end, by default: drain, the calls under way, the pages under way."""
    return Life().drain + Deadlines().seconds + AFTER + BRIEF


@pytest.mark.parametrize("index", range(len(KINDS)), ids=KINDS)
def test_each_object_is_one_of_kubernetes(index: int) -> None:
    made = objects()[index]
    assert made["kind"] == KINDS[index]
    assert kubernetes_validate.validate(made, kubernetes_validate.latest_version(), strict=True)


def test_nothing_of_the_manifest_runs_as_root_or_can_become_it() -> None:
    pod = objects()[1]["spec"]["template"]["spec"]
    assert len(objects()) == len(KINDS)
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in pod["containers"]:
        closed = container["securityContext"]
        assert closed["allowPrivilegeEscalation"] is False
        assert closed["readOnlyRootFilesystem"] is True
        assert closed["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]


def test_the_pod_has_time_to_drain() -> None:
    pod = objects()[1]["spec"]["template"]["spec"]
    nginx = next(one for one in pod["containers"] if one["name"] == "nginx")
    waits = int(nginx["lifecycle"]["preStop"]["exec"]["command"][1])
    assert Life().drain < waits
    assert pod["terminationGracePeriodSeconds"] > longest_stop()


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    unit = (DEPLOY / "overgang@.service").read_text(encoding="utf-8")
    # The program and the user of a deployment are not on this machine.
    unit = unit.replace("/opt/overgang/.venv/bin/overgang", "/bin/true").replace("User=overgang", "User=root")
    file = tmp_path / "overgang@1.service"
    file.write_text(unit.replace("Group=overgang", "Group=root"), encoding="utf-8")
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(file)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert [line for line in (ran.stdout + ran.stderr).splitlines() if "overgang" in line] == []


def test_the_unit_stops_as_the_gateway_does() -> None:
    unit = (DEPLOY / "overgang@.service").read_text(encoding="utf-8")
    assert "KillSignal=SIGTERM" in unit
    stop = re.search(r"TimeoutStopSec=(\d+)", unit)
    assert stop
    assert int(stop[1]) > longest_stop()
