"""Every way a run can end, as an exception with its exit code (DESIGN §7). A message is one paragraph for a person:
what was expected, what came, what to do; never a row's values."""

from __future__ import annotations

from typing import Any


class DesirepathError(Exception):
    """An end of the run that is not a bug; `exit_code` is the process's."""

    exit_code = 70
    may_name_files = False
    """Whether the message may name an input file: it is then shown to a person, and to no log."""


class ConfigError(DesirepathError):
    """The command or the configuration cannot be used."""

    exit_code = 2


class QuarantinedError(DesirepathError):
    """A critical check failed; the version was not published. `gates`: all its checks, as its public manifest has them."""

    exit_code = 3

    def __init__(self, message: str, gates: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.gates = gates or []


class InputError(DesirepathError):
    """The input cannot be used: nothing matched, or a file is not what it should be."""

    exit_code = 4
    may_name_files = True


class NothingMatchedError(InputError):
    """No file is where the input should be."""


class DamagedInputError(InputError):
    """A file ends in its middle, is damaged, or changed while it was read."""


class UnusableRecordsError(InputError):
    """Nothing of the input can be used, or too little: no admitted event, or more rejects than allowed."""

    may_name_files = False


class NoEventError(UnusableRecordsError):
    """There are records, or none, and no admitted event in the window."""


class AlreadyPublishedError(DesirepathError):
    """This night is published with other content."""

    exit_code = 5


class StorageError(DesirepathError):
    """Reading or writing failed."""

    exit_code = 74
    may_name_files = True


class ClusterError(StorageError):
    """A job on a cluster did not come to its end, and no step of it is to blame."""

    may_name_files = False


class UnseenStagingError(DesirepathError):
    """A worker does not see the staging folder. Raised in the worker; whoever started it tells it as a ConfigError."""


class LockedError(DesirepathError):
    """Another run holds the registry's lock."""

    exit_code = 75


class ParticipationMovedError(DesirepathError):
    """The participation file kept changing while the run worked: a later run will find it at rest."""

    exit_code = 75


class InterruptedPushError(DesirepathError):
    """A push was interrupted: unlike a run it leaves work done, at a place where anybody can go on."""

    exit_code = 130
