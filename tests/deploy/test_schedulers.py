"""systemd, cron, Kubernetes, Airflow: each is read by its own tool where that is here, and what it would run is run."""

from __future__ import annotations

import ast
import configparser
import os
import re
import shlex
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SERVICE = DEPLOY / "systemd" / "desirepath.service"
TIMER = DEPLOY / "systemd" / "desirepath.timer"
CRON = DEPLOY / "cron" / "desirepath"
CRONJOB = DEPLOY / "kubernetes" / "cronjob.yaml"
DAG = DEPLOY / "airflow" / "desirepath_nightly.py"
AGAIN = {74, 75}
FOR_SOMEBODY = {2, 3, 4, 5, 70}


@pytest.fixture
def stand_in(tmp_path):
    """A command called desirepath that writes down its arguments and ends as the environment says."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "desirepath"
    command.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/said\nexit "${{CODE:-0}}"\n')
    command.chmod(0o755)
    return tmp_path


def run_shell(script: str, folder: Path, **environment: str) -> list[str]:
    """The arguments that the stand-in got."""
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    subprocess.run(["/bin/sh", "-c", script], check=True, env={"PATH": path, **environment}, cwd=folder)
    return (folder / "said").read_text().splitlines()


def after(words: list[str], flag: str) -> str:
    return words[words.index(flag) + 1]


def yesterdays() -> set[str]:
    """Yesterday in UTC; both sides of a midnight that passes meanwhile."""
    now = datetime.now(UTC)
    return {str((now - timedelta(days=1, minutes=late)).date()) for late in (0, 5)}


# --- systemd -------------------------------------------------------------------------------------------------------


def unit(path: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(
        strict=False, interpolation=None, delimiters=("=",), comment_prefixes=("#", ";")
    )
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(re.sub(r"\\\n\s*", " ", path.read_text("utf-8")))
    return parser


def verify(path: Path) -> str:
    command = ["systemd-analyze", "verify", "--man=no", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_systemd_takes_the_units():
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    said = verify(TIMER)
    newer = re.compile(r"Unknown key( name)? '(RestartSteps|RestartMaxDelaySec)'")  # systemd 254
    missing = re.compile(r"Command .* is not executable")  # this machine is not the one it is for
    wrong = [line for line in said.splitlines() if not newer.search(line) and not missing.search(line)]
    assert wrong == []


def test_systemd_finds_a_mistake(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    broken = tmp_path / "broken.service"
    broken.write_text(SERVICE.read_text().replace("Type=exec", "Type=oneshot"))
    said = verify(broken)
    assert "RestartForceExitStatus" in said


def test_the_service():
    service = unit(SERVICE)["Service"]
    assert set(map(int, service["RestartForceExitStatus"].split())) == AGAIN
    assert service["Restart"] == "no"
    assert service["SuccessExitStatus"] == "130"
    assert service["ProtectSystem"] == "strict"
    assert service["NoNewPrivileges"] == service["PrivateNetwork"] == service["ProtectHome"] == "yes"
    assert service["User"] not in ("", "root")
    assert "MemoryDenyWriteExecute" not in service  # the solver is compiled while it runs
    assert int(unit(SERVICE)["Unit"]["StartLimitBurst"]) <= 10


def test_the_service_names_last_night_and_the_copied_key(stand_in):
    command = unit(SERVICE)["Service"]["ExecStart"].replace("%%", "%").replace("/opt/desirepath/bin/", "")
    shell, flag, script = shlex.split(command)
    assert (shell, flag) == ("/bin/sh", "-c")
    words = run_shell(script, stand_in, RUNTIME_DIRECTORY="/run/desirepath")
    assert words[0] == "run"
    assert after(words, "--date") in yesterdays()
    assert after(words, "--key-file") == "/run/desirepath/key"
    assert after(words, "--pool-key-file") == "/run/desirepath/pool-key"


def test_the_service_gets_copies_of_both_keys_that_are_its_own(tmp_path):
    for folder in ("credentials", "run/desirepath"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("key", "pool-key"):
        (tmp_path / "credentials" / name).write_text(name)
        (tmp_path / "credentials" / name).chmod(0o440)
    assert SERVICE.read_text().count("\nLoadCredential=") == 2
    command = unit(SERVICE)["Service"]["ExecStartPre"]
    words = command.replace("%d", f"{tmp_path}/credentials").replace("%t", f"{tmp_path}/run").split()
    subprocess.run(words, check=True)
    copies = sorted((tmp_path / "run" / "desirepath").iterdir())
    assert [(path.name, path.stat().st_mode & 0o777) for path in copies] == [
        ("key", 0o600),
        ("pool-key", 0o600),
    ]


def test_the_timer():
    timer = unit(TIMER)["Timer"]
    assert timer["Persistent"] == "true"
    assert timer["RandomizedDelaySec"]
    assert timer["OnCalendar"].endswith("UTC")
    if shutil.which("systemd-analyze") is not None:
        subprocess.run(["systemd-analyze", "calendar", timer["OnCalendar"]], check=True, capture_output=True)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Australia/Lord_Howe"])
@pytest.mark.parametrize("day", ["2026-10-23", "2026-03-27", "2026-04-03"])
def test_the_timer_comes_once_a_day_also_when_the_clock_changes(zone, day):
    """In local time an hour that comes twice is passed over, or one that does not come moves it."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not here")
    calendar = unit(TIMER)["Timer"]["OnCalendar"]
    command = ["systemd-analyze", "calendar", f"--base-time={day} 00:00:00 UTC", "--iterations=6", calendar]
    environment = {"PATH": os.environ["PATH"], "TZ": zone, "LC_ALL": "C"}
    said = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    # In another zone than UTC each time stands twice: as it is there, and `(in UTC)`.
    times = re.findall(r"(?:\(in UTC\)|Next elapse|Iter\. #\d+): \w+ (\S+ \S+) UTC", said)
    first = datetime.fromisoformat(f"{day} 02:00:00")
    assert times == [str(first + timedelta(days=n)) for n in range(6)]


# --- cron ----------------------------------------------------------------------------------------------------------

RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def cron_lines() -> list[list[str]]:
    lines = (line for line in CRON.read_text().splitlines() if line.strip() and not line.startswith("#"))
    return [line.split(None, 6) for line in lines if not re.match(r"[A-Z_]+=", line)]


def is_cron_field(text: str, low: int, high: int) -> bool:
    """Whether crontab(5) takes a field: numbers, ranges, lists, steps."""
    for part in text.split(","):
        match = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/([1-9]\d*))?", part)
        if match is None or any(not low <= int(number) <= high for number in match.groups()[:2] if number):
            return False
    return True


def test_the_check_of_cron_fields():
    assert all(is_cron_field(text, 0, 59) for text in ("*", "0", "1-5,59", "*/15"))
    assert not any(is_cron_field(text, 0, 59) for text in ("60", "a", "", "1-", "*/0"))


def test_the_cron_line(stand_in):
    assert CRON.read_bytes().endswith(b"\n")  # cron does not read a line without its end
    (line,) = cron_lines()
    *fields, user, command = line
    assert all(is_cron_field(text, *bounds) for text, bounds in zip(fields, RANGES, strict=True))
    assert user == "desirepath"
    assert re.findall(r"(?<!\\)%", command) == []
    (stand_in / "log").mkdir()
    script = command.replace("\\%", "%").replace("/var/log/desirepath/", f"{stand_in}/log/")
    words = run_shell(script, stand_in)
    assert words[0] == "run"
    assert after(words, "--date") in yesterdays()


# --- Kubernetes ----------------------------------------------------------------------------------------------------


def documents() -> list[dict]:
    return list(yaml.safe_load_all(CRONJOB.read_text("utf-8")))


def cronjob() -> dict:
    return next(document for document in documents() if document["kind"] == "CronJob")


def test_kubernetes_takes_the_manifests():
    import kubernetes_validate

    for document in documents():
        kubernetes_validate.validate(document, "1.31", strict=True)
    broken = cronjob()
    broken["spec"]["concurrencyPolice"] = "Forbid"
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, "1.31", strict=True)


def test_the_cronjob():
    spec = cronjob()["spec"]
    job, pod = spec["jobTemplate"]["spec"], spec["jobTemplate"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["timeZone"] == "Etc/UTC"
    assert pod["restartPolicy"] == "Never"  # podFailurePolicy needs it
    rules = {
        rule["action"]: set(rule["onExitCodes"]["values"])
        for rule in job["podFailurePolicy"]["rules"]
        if "onExitCodes" in rule
    }
    assert rules == {"FailJob": FOR_SOMEBODY, "Count": AGAIN}
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert container["resources"]["limits"]["memory"]
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in pod["volumes"]
    }
    keys = [item for item in container["env"] if item["name"].endswith("_KEY")]
    assert [item["name"] for item in keys] == ["DESIREPATH_KEY", "DESIREPATH_POOL_KEY"]
    assert all("secretKeyRef" in item["valueFrom"] for item in keys)


def test_the_configuration_of_the_cronjob_is_one(tmp_path):
    from etl.config import load_config

    text = next(document for document in documents() if document["kind"] == "ConfigMap")["data"][
        "pipeline.yaml"
    ]
    (tmp_path / "pipeline.yaml").write_text(text)
    assert load_config(tmp_path / "pipeline.yaml", {"date": "2026-11-22"}).log_format == "json"


@pytest.mark.parametrize(
    ("environment", "night"),
    [
        # 29,830,217 minutes after 1970 is 2026-09-19 11:37
        ({"JOB_NAME": "desirepath-29830217"}, {"2026-09-18"}),
        ({"JOB_NAME": "desirepath-29830217", "NIGHT": "2026-03-01"}, {"2026-03-01"}),
        ({"JOB_NAME": "desirepath-by-hand"}, yesterdays()),
        ({}, yesterdays()),
    ],
)
def test_the_night_of_a_job(stand_in, environment, night):
    pod = cronjob()["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    (script,) = pod["containers"][0]["args"]
    words = run_shell(script.replace("/data/metrics", f"{stand_in}/metrics"), stand_in, **environment)
    assert words[0] == "run"
    assert after(words, "--date") in night


# --- Airflow -------------------------------------------------------------------------------------------------------
# Airflow itself is not among the development dependencies: the file is read as a syntax tree, and its function is run.


def dag() -> ast.Module:
    return ast.parse(DAG.read_text("utf-8"))


def call(name: str) -> ast.Call:
    (found,) = (
        node
        for node in ast.walk(dag())
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    )
    return found


def keyword(name: str, argument: str) -> str:
    return next(ast.unparse(word.value) for word in call(name).keywords if word.arg == argument)


def names_of_the_dag() -> dict[str, Any]:
    """What the file defines, without the DAG itself: that needs Airflow."""
    here = ("import subprocess", "from zoneinfo import ZoneInfo")
    kinds = ast.Assign | ast.FunctionDef
    wanted = [node for node in dag().body if isinstance(node, kinds) or ast.unparse(node) in here]
    space: dict[str, Any] = {
        "AirflowException": AirflowException,
        "AirflowFailException": AirflowFailException,
    }
    exec(compile(ast.Module(wanted, []), str(DAG), "exec"), space)
    return space


class AirflowException(Exception):  # noqa: N818  (its name)
    pass


class AirflowFailException(AirflowException):
    pass


def test_the_dag():
    """Seen on Airflow 3.3.2: with `depends_on_past` the night after one that failed holds the only place for ever."""
    assert keyword("DAG", "max_active_runs") == "1"
    assert not any("depends_on_past" in ast.unparse(word) for word in call("DAG").keywords)
    assert not any("depends_on_past" in ast.unparse(word) for word in call("PythonOperator").keywords)
    assert (
        keyword("PythonOperator", "max_active_tis_per_dag") == "1"
    )  # a backfill's runs have a limit of their own
    assert keyword("DAG", "catchup") == "True"
    assert keyword("DAG", "schedule") == "CronDataIntervalTimetable('17 4 * * *', timezone=NIGHT_TIMEZONE)"
    assert keyword("PythonOperator", "python_callable") == "release_night"
    retries = int(keyword("PythonOperator", "retries"))
    assert retries >= 1
    assert keyword("PythonOperator", "retry_delay") == "timedelta(minutes=5)"
    assert retries * 5 <= 30  # a night that is tried again holds up the next


@pytest.mark.parametrize(
    ("zone", "begins", "night"),
    [
        ("UTC", datetime(2026, 11, 22, 4, 17, tzinfo=UTC), "2026-11-22"),
        ("Asia/Tokyo", datetime(2026, 11, 21, 19, 17, tzinfo=UTC), "2026-11-22"),
        ("America/Los_Angeles", datetime(2026, 11, 22, 12, 17, tzinfo=UTC), "2026-11-22"),
    ],
)
def test_the_night_of_a_run_is_a_day_where_the_nights_are(zone, begins, night):
    space = names_of_the_dag()
    space["night_of"].__globals__["NIGHT_TIMEZONE"] = zone
    assert space["night_of"]({"data_interval_start": begins, "params": {"night": ""}}) == night


def test_the_night_of_a_run_by_hand():
    night_of = names_of_the_dag()["night_of"]
    begins = datetime(2026, 11, 22, 4, 17, tzinfo=UTC)
    assert night_of({"params": {"night": " 2026-03-01 "}, "data_interval_start": begins}) == "2026-03-01"
    for context in ({}, {"params": {"night": ""}, "data_interval_start": None}):
        with pytest.raises(AirflowFailException, match="say which night"):
            night_of(context)


@pytest.mark.parametrize("code", [0, *sorted(AGAIN | FOR_SOMEBODY), 130])
def test_the_task_is_tried_again_only_where_that_can_help(stand_in, monkeypatch, code):
    monkeypatch.setenv("PATH", f"{stand_in / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("CODE", str(code))
    ended: type[BaseException] | None = None
    try:
        names_of_the_dag()["release_night"](params={"night": "2026-11-22"})
    except AirflowException as error:
        ended = type(error)
    assert ended == (None if code == 0 else AirflowException if code in AGAIN else AirflowFailException)
    words = (stand_in / "said").read_text().splitlines()
    assert (after(words, "--date"), after(words, "--night-timezone")) == ("2026-11-22", "UTC")
