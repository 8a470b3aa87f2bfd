"""Both keys are found or made alike, and are never one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from etl.errors import ConfigError
from etl.keys import load_key, load_keys, load_pool_key

KINDS = pytest.mark.parametrize(
    ("load", "name", "environment"),
    [(load_key, "key", "DESIREPATH_KEY"), (load_pool_key, "pool-key", "DESIREPATH_POOL_KEY")],
)


@pytest.fixture(autouse=True)
def nothing_given(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for environment in ("DESIREPATH_KEY", "DESIREPATH_POOL_KEY"):
        monkeypatch.delenv(environment, raising=False)


@KINDS
def test_a_key_is_made_once_for_its_owner_only(tmp_path, load, name, environment):
    made = load(None)
    folder = tmp_path / "desirepath"
    assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert load(None) == made == bytes.fromhex((folder / name).read_text().strip())
    assert [path.name for path in folder.iterdir()] == [name]


@KINDS
def test_who_comes_at_the_same_time_gets_the_same_key(load, name, environment):
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(load, [None] * 32))) == 1


@KINDS
def test_the_environment_goes_before_the_users_own_key(monkeypatch, load, name, environment):
    monkeypatch.setenv(environment, "ab" * 32)
    assert load(None) == b"\xab" * 32


@KINDS
@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [("ab" * 32, 0o644, "chmod 600"), ("short", 0o600, "64 hexadecimal"), ("é", 0o600, "hexadecimal")],
)
def test_a_key_file_that_will_not_do_is_refused(tmp_path, load, name, environment, content, mode, said):
    path = tmp_path / "given"
    path.write_text(content)
    path.chmod(mode)
    with pytest.raises(ConfigError, match=said) as refused:
        load(path)
    assert content not in str(refused.value)


@KINDS
def test_a_folder_that_cannot_be_written_is_told_with_the_flag(
    tmp_path, monkeypatch, load, name, environment
):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    with pytest.raises(ConfigError, match=environment):
        load(None)


def test_the_two_keys_are_not_one(tmp_path, monkeypatch):
    path = tmp_path / "given"
    path.write_text("ab" * 32)
    path.chmod(0o600)
    keys = load_keys(path, None)
    assert keys.pseudonym == b"\xab" * 32 != keys.pool == load_pool_key(None)
    with pytest.raises(ConfigError, match="are the same"):
        load_keys(path, path)
    monkeypatch.setenv("DESIREPATH_POOL_KEY", "AB" * 32)
    with pytest.raises(ConfigError, match="--pool-key-file"):
        load_keys(path, None)
