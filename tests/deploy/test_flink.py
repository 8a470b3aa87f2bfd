"""deploy/flink: what Kubernetes knows is read strictly, what only Flink's operator knows as far as its reference goes."""

from __future__ import annotations

import copy
import re
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from etl.beam_options import workers_of
from etl.worker_pool import ADDRESS
from tests.deploy.test_image import hadolint
from tests.deploy.test_schedulers import AGAIN, FOR_SOMEBODY, after, documents, run_shell, stand_in

__all__ = ["stand_in"]

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
CLUSTER = DEPLOY / "flink" / "cluster.yaml"
NIGHTLY = DEPLOY / "flink" / "nightly.yaml"
WORKER_IMAGE = DEPLOY / "docker" / "Dockerfile.beam"
MAIN = "flink-main-container"
SPEC = {
    "image", "flinkVersion", "mode", "serviceAccount", "flinkConfiguration", "podTemplate", "jobManager", "taskManager",
}  # fmt: skip
"""Of a FlinkDeployment, in the operator's reference; a session cluster has no `job`."""


def read(path: Path) -> list[dict]:
    return list(yaml.safe_load_all(path.read_text("utf-8")))


def one(path: Path, kind: str) -> dict:
    (found,) = (document for document in read(path) if document["kind"] == kind)
    return found


def pod_of_run() -> dict:
    return one(NIGHTLY, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def container(pod: dict, name: str) -> dict:
    (found,) = (each for each in pod["containers"] if each["name"] == name)
    return found


def pods_of_flink() -> dict[str, dict]:
    """The pods that the operator makes of its templates, as far as this file says; the images of its own are its."""
    spec = one(CLUSTER, "FlinkDeployment")["spec"]
    pods = {}
    for role in ("jobManager", "taskManager"):
        common = copy.deepcopy(spec["podTemplate"]["spec"])
        own = copy.deepcopy(spec[role].get("podTemplate", {"spec": {}})["spec"])
        common["volumes"] += own.pop("volumes", [])
        container(common, MAIN)["image"] = spec["image"]
        common["containers"] += [each for each in own.pop("containers", []) if each["name"] != MAIN]
        pods[role] = {**common, **own}
    return pods


def mounted_under(pod: dict, name: str) -> dict[str, str]:
    """Where a container sees which claim."""
    claims = {
        volume["name"]: volume["persistentVolumeClaim"]["claimName"]
        for volume in pod["volumes"]
        if "persistentVolumeClaim" in volume
    }
    mounts = container(pod, name)["volumeMounts"]
    return {claims[mount["name"]]: mount["mountPath"] for mount in mounts if mount["name"] in claims}


def test_kubernetes_takes_what_it_knows():
    import kubernetes_validate

    known = [*read(NIGHTLY), *(each for each in read(CLUSTER) if each["kind"] != "FlinkDeployment")]
    assert len(known) == 3
    for document in known:
        kubernetes_validate.validate(document, "1.31", strict=True)
    for role, pod in pods_of_flink().items():
        made = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": role.lower()}, "spec": pod}
        kubernetes_validate.validate(made, "1.31", strict=True)
        container(pod, MAIN)["volumeMount"] = []
        with pytest.raises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(made, "1.31", strict=True)


def test_the_session_cluster():
    deployment = one(CLUSTER, "FlinkDeployment")
    spec = deployment["spec"]
    assert deployment["apiVersion"] == "flink.apache.org/v1beta1"
    assert set(spec) == SPEC
    assert all(isinstance(value, str) for value in spec["flinkConfiguration"].values())
    line = spec["flinkVersion"].removeprefix("v").replace("_", ".")
    assert spec["image"].startswith(f"flink:{line}-")
    assert {container["name"] for container in spec["taskManager"]["podTemplate"]["spec"]["containers"]} == {
        MAIN,
        "workers",
    }
    policy = one(CLUSTER, "NetworkPolicy")["spec"]
    assert policy["podSelector"]["matchLabels"] == {"app": deployment["metadata"]["name"]}
    run = one(NIGHTLY, "CronJob")["spec"]["jobTemplate"]["spec"]["template"]["metadata"]["labels"]
    assert policy["ingress"][1]["from"][0]["podSelector"]["matchLabels"] == run


def test_the_job_server_fits_the_cluster_and_beam():
    (server,) = pod_of_run()["initContainers"]
    line = one(CLUSTER, "FlinkDeployment")["spec"]["flinkVersion"].removeprefix("v").replace("_", ".")
    assert server["image"] == f"apache/beam_flink{line}_job_server:{version('apache-beam')}"
    assert server["restartPolicy"] == "Always"  # a sidecar: it does not keep the job from ending
    assert f"--flink-master={one(CLUSTER, 'FlinkDeployment')['metadata']['name']}-rest:8081" in server["args"]


def test_run_and_workers_see_the_same_files_as_the_same_user():
    run, worker = pod_of_run(), pods_of_flink()["taskManager"]
    shared = mounted_under(worker, "workers")
    assert shared.items() <= mounted_under(run, "desirepath").items()
    assert set(shared) == {"desirepath-staging", "activity-logs"}
    assert one(CLUSTER, "PersistentVolumeClaim")["spec"]["accessModes"] == ["ReadWriteMany"]
    here, there = run["securityContext"], container(worker, "workers")["securityContext"]
    assert (here["runAsUser"], here["runAsGroup"]) == (there["runAsUser"], there["runAsGroup"])
    images = {container(run, "desirepath")["image"], container(worker, "workers")["image"]}
    assert len(images) == 1


def test_the_flags_of_the_run(stand_in):
    environment = {item["name"]: item for item in container(pod_of_run(), "desirepath")["env"]}
    flags = environment["BEAM_FLAGS"]["value"]
    assert workers_of(flags.split()) == "cluster"
    (server,) = pod_of_run()["initContainers"]
    ports = {name: re.search(rf"--{name}_endpoint=127.0.0.1:(\d+)", flags)[1] for name in ("job", "artifact")}
    assert {f"--{name}-port={port}" for name, port in ports.items()} <= set(server["args"])
    pool = container(pods_of_flink()["taskManager"], "workers")["command"]
    assert after(pool, "--address") == ADDRESS == re.search(r"--environment_config=(\S+)", flags)[1]
    (script,) = container(pod_of_run(), "desirepath")["args"]
    words = run_shell(
        script.replace("/data/metrics", f"{stand_in}/metrics"), stand_in, BEAM_FLAGS=flags, NIGHT="2026-03-01"
    )
    assert (words[0], after(words, "--date")) == ("run", "2026-03-01")
    assert after(words, "--staging") == mounted_under(pod_of_run(), "desirepath")["desirepath-staging"]
    assert words[-len(flags.split()) :] == flags.split()


def test_it_ends_and_is_tried_again_as_the_one_without_flink_is():
    (plain,) = (document for document in documents() if document["kind"] == "CronJob")
    ours = one(NIGHTLY, "CronJob")["spec"]
    for spec in (ours, plain["spec"]):
        rules = spec["jobTemplate"]["spec"]["podFailurePolicy"]["rules"]
        codes = {
            rule["action"]: set(rule["onExitCodes"]["values"]) for rule in rules if "onExitCodes" in rule
        }
        assert codes == {"FailJob": FOR_SOMEBODY, "Count": AGAIN}
    assert {name: ours[name] for name in ours if name != "jobTemplate"} == {
        name: plain["spec"][name] for name in plain["spec"] if name != "jobTemplate"
    }
    pod = pod_of_run()
    assert container(pod, "desirepath")["securityContext"]["readOnlyRootFilesystem"]
    mounts = [
        each for name in ("containers", "initContainers") for one in pod[name] for each in one["volumeMounts"]
    ]
    assert {mount["name"] for mount in mounts} == {volume["name"] for volume in pod["volumes"]}


def test_the_image_that_beam_starts():
    text = WORKER_IMAGE.read_text("utf-8")
    found = hadolint(text)
    assert (found.returncode, found.stdout) == (0, "")
    assert f"FROM apache/beam_python3.11_sdk:{version('apache-beam')} AS beam" in text
    assert 'ENTRYPOINT ["/opt/apache/beam/boot"]' in text
