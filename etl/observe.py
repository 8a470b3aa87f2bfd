"""Watch a run from outside and tell, however it ends: metrics for who monitors, lineage for who asks where data is from.

Neither may change how the run ends: what cannot be told is noted.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import logs
from etl.config import RunConfig
from etl.console import Console
from etl.ending import Ending, exit_code_of, gates_of
from etl.interruption import undone_by
from etl.layout import LINEAGE, PRIVATE
from etl.registry import Registry
from etl.run_id import dated

if TYPE_CHECKING:
    from etl.input_digests import InputDigests


class Observed:
    """What the body of `observed` says of its run."""

    manifest: dict[str, Any] | None = None
    """The public manifest of a run that succeeded."""


@contextmanager
def observed(
    config: RunConfig, console: Console, *, passes_over: tuple[type[BaseException], ...] = ()
) -> Iterator[Observed]:
    """Tell how the body, one run, began and ended.

    Args:
        passes_over: failures that whoever runs it does not take for one: the metrics stay as they are.
    """
    said, began = Observed(), time.time()
    lineage = None if config.lineage == "none" else _Told(config, console, began)
    failure: BaseException | None = None
    try:
        with undone_by(lambda: _tell_interrupted(config, console, began)):
            yield said
    except BaseException as error:
        failure = error
        raise
    finally:
        ending = ending_of(config, console, began, said.manifest, failure)
        if config.metrics_file is not None and not isinstance(failure, passes_over):
            tell_metrics(config.metrics_file, ending, console)
        if lineage is not None:
            lineage.end(ending)


def _tell_interrupted(config: RunConfig, console: Console, began: float) -> None:
    """What there is time to tell of a run that is ended at once."""
    if config.metrics_file is not None:
        ending = ending_of(config, console, began, None, KeyboardInterrupt())
        tell_metrics(config.metrics_file, ending, console)


def ending_of(
    config: RunConfig,
    console: Console,
    began: float,
    manifest: dict[str, Any] | None,
    failure: BaseException | None,
) -> Ending:
    """How a run ended, from what it returned or raised."""
    return Ending(
        exit_code_of(failure, interrupted=logs.interrupted.is_set()),
        began,
        time.time(),
        console.stage_seconds(),
        manifest,
        gates_of(failure) if manifest is None else manifest["gates"],
        config.dry_run,
    )


def tell_metrics(path: Path, ending: Ending, console: Console) -> None:
    """Write the metrics file, or note that it could not be written."""
    from etl.metrics import write_metrics

    try:
        write_metrics(path, ending)
    except OSError as error:
        console.note(
            f"the metrics file {path} cannot be written: {error.strerror}; the run itself is not concerned"
        )


class _Told:
    """Sends the events of one run to one place."""

    def __init__(self, config: RunConfig, console: Console, began: float) -> None:
        from etl.lineage import Lineage

        moment = datetime.fromtimestamp(began, UTC)
        self._client = config.lineage == "client"
        self._console = console
        self._lineage = Lineage(
            dataset=str(config.registry).rstrip("/").rpartition("/")[2] or "registry",
            run_id=console.run_id,
            began=moment,
            nights=config.nights,
            zone=config.night_timezone,
        )
        self._registry = config.registry
        self._name = f"{dated(console.run_id, moment)}.jsonl"
        self._events: list[Any] = []
        console.on_inputs = self.start

    def start(self, inputs: InputDigests | None) -> None:
        if not self._events:  # an attempt that starts over is the same run
            self._emit(self._lineage.start("public" if self._client else "private", inputs))

    def end(self, ending: Ending) -> None:
        inputs = self._console.inputs
        self.start(inputs)
        self._emit(self._lineage.end("public" if self._client else "private", inputs, ending))

    def _emit(self, event: Any) -> None:
        self._events.append(event)
        try:
            if self._client:
                from openlineage.client import OpenLineageClient

                # Not through the client's emit: it would add what it finds in environment and checkout.
                OpenLineageClient().transport.emit(event)
            else:
                self._write()
        except Exception as error:  # noqa: BLE001  (a transport may raise anything, and no run fails for it)
            self._console.note(
                f"an OpenLineage event could not be sent ({type(error).__name__}); the run goes on"
            )

    def _write(self) -> None:
        """All events so far as one object, in a registry that there is: a store may not know how to append."""
        from openlineage.client.serde import Serde

        store = Registry(self._registry).store
        if PRIVATE in store.top():
            lines = "".join(f"{Serde.to_json(event)}\n" for event in self._events)
            store.replace(f"{LINEAGE}/{self._name}", lines.encode())
