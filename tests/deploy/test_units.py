"""The other files for operating it: what their own tools say of them."""

import re
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
from nginx_side import objects, pod_nginx, the_pod, waits

from overgang.cli.serving import AFTER, BRIEF
from overgang.shell.config_audit import Deadlines
from overgang.shell.config_life import Life
from running import ROOT

DEPLOY = ROOT / "deploy"
KINDS = ["Namespace", "ConfigMap", "Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"]


def longest_stop() -> float:
    """Seconds from SIGTERM to the end, by default: drain, the calls under way, the pages under way."""
    return Life().drain + Deadlines().seconds + AFTER + BRIEF


@pytest.mark.parametrize("index", range(len(KINDS)), ids=KINDS)
def test_each_object_is_one_of_kubernetes(index: int) -> None:
    made = objects()[index]
    assert made["kind"] == KINDS[index]
    assert kubernetes_validate.validate(made, kubernetes_validate.latest_version(), strict=True)


def test_nothing_of_the_manifest_runs_as_root_or_can_become_it() -> None:
    pod = the_pod()
    assert len(objects()) == len(KINDS)
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in pod["containers"]:
        closed = container["securityContext"]
        assert closed["allowPrivilegeEscalation"] is False
        assert closed["readOnlyRootFilesystem"] is True
        assert closed["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]


def test_a_pod_has_time_to_stop() -> None:
    nginx, gateway = waits()
    stays = re.search(r"keepalive_time (\d+)s", pod_nginx()[0])
    assert stays
    assert nginx - int(stays[1]) >= 5, "for endpoints to be removed, before callers who are connected are told to go"
    assert nginx + 10 <= gateway, "for what nginx was being sent when it took no more"
    assert the_pod()["terminationGracePeriodSeconds"] > gateway + longest_stop()


def test_nginx_writes_in_the_pod_only_where_it_may() -> None:
    pod = the_pod()
    container = next(one for one in pod["containers"] if one["name"] == "nginx")
    kept = {one["name"] for one in pod["volumes"] if "emptyDir" in one}
    places = [one["mountPath"] for one in container["volumeMounts"] if one["name"] in kept and not one.get("readOnly")]
    said = re.findall(r"^\s*(pid|\w+_log|\w+_temp_path)\s+(\S+?)[;\s]", "".join(pod_nginx()), re.MULTILINE)
    own = {"pid", "error_log", *(f"{one}_temp_path" for one in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))}
    assert own <= {name for name, _ in said}, "where nginx was built to write is not in the pod"
    written = {path for _, path in said if path not in ("off", "stderr")}
    assert [path for path in written if not any(path.startswith(f"{place}/") for place in places)] == []
    assert container["command"][:3] == ["nginx", "-e", "stderr"]


def test_metrics_are_for_the_monitoring_alone_and_calls_for_everybody() -> None:
    ports = {port["name"]: port["containerPort"] for one in the_pod()["containers"] for port in one.get("ports", [])}
    lets_in = {rule["ports"][0]["port"]: rule.get("from") for rule in objects()[-1]["spec"]["ingress"]}
    monitoring = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]
    assert lets_in == {ports["https"]: None, ports["metrics"]: monitoring}


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
