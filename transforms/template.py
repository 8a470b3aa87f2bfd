"""Templates: a name with everything particular generalised, so that many people can share it.

Commands are taken apart word by word: programs, subcommands and the names of options stay, arguments become what they
are (`{path}`, `{url}`, `{n}`, `{arg}`). All else goes by the rules of `rules/template.yaml`.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from transforms.rules import PLACEHOLDERS, load_rules
from transforms.rules.apply import Applied, apply_rules, found_at, put

COMMAND: Final = "command"
"""The name under which changes to commands are counted."""

# Programs nobody takes for a word of a menu; others must show an option, a pipe or a path to be a command.
_PROGRAMS: Final = (
    "git|gh|hub|svn|hg|docker|podman|docker-compose|kubectl|helm|terraform|ansible|vagrant|npm|npx|yarn|pnpm|node|deno|bun|"
    "pip|pipx|pipenv|poetry|uv|conda|python|perl|ruby|gem|php|composer|artisan|java|javac|mvn|gradle|cargo|rustc|dotnet|gcc|"
    "cmake|ssh|scp|sftp|rsync|curl|wget|ping|dig|nslookup|telnet|ftp|ls|cd|cp|mv|rm|mkdir|rmdir|chmod|chown|ln|cat|"
    "grep|egrep|rg|sed|awk|xargs|tee|tar|unzip|gzip|gunzip|vim|vi|nvim|nano|emacs|sudo|su|apt|apt-get|yum|dnf|brew|"
    "systemctl|journalctl|service|crontab|mysql|mysqldump|psql|sqlite3|redis-cli|mongo|mongosh|aws|gcloud|az|gsutil|openssl|gpg|"
    "sshpass|htpasswd|bash|sh|zsh|pwsh|powershell|cmd|echo|printf|export|source|alias|tmux|screen|man|chgrp|useradd|usermod|adduser|passwd|id|finger"
)
_IS_COMMAND: Final = (
    rf"^(?:[$>] |[A-Za-z_][A-Za-z0-9_]*=\S* )*(?:{_PROGRAMS})[0-9.]* ."
    r"|^(?:[$>] )?[a-z][a-z0-9._+-]* (?:.* )?--?[A-Za-z][A-Za-z0-9-]*(?:[ =]|$)"
    r"|^[a-z][a-z0-9._+-]*(?: .*)? (?:\||&&|\|\||>>?) \S"
    r"|^[A-Z][a-z]+-[A-Z][A-Za-z]+ (?:.* )?-[A-Z]"
    r"|^(?:\.{1,2}|~)?/\S+ (?:.* )?-"
)
_HAS_SUBCOMMAND: Final = frozenset(
    "git gh hub svn hg docker podman docker-compose kubectl helm terraform vagrant npm yarn pnpm pip pipx pipenv poetry uv "
    "conda gem composer cargo dotnet apt apt-get yum dnf brew systemctl service aws gcloud az gsutil openssl go make".split()
)
_WRAPPERS: Final = frozenset("sudo time nohup env exec xargs nice command builtin".split())
_SINGLE_DASH_WORDS: Final = frozenset(
    "-name -iname -type -exec -path -jar -version -help -mtime -size -delete -print -maxdepth".split()
)
_WORD: Final = re.compile(r"""(?:[^\s"'|&;<>]|"[^"]*"?|'[^']*'?)+|[|&;<>]+""")
_OPERATOR: Final = re.compile(r"[|&;<>]+")
_NEXT_PROGRAM: Final = frozenset({"|", "||", "&&", ";", "&", "|&", ";;"})
_OURS: Final = re.compile(rf"(?:\{{(?:{'|'.join(sorted(PLACEHOLDERS))})\}}[@:.,]?)+")
_PROGRAM: Final = re.compile(r"[A-Za-z](?:[A-Za-z0-9._+-]|\{n\}|\{version\}){0,29}")
_OPTION: Final = re.compile(r"(--[A-Za-z][A-Za-z0-9-]{0,29})(=.*)?")
_ASSIGNMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]{0,39}=).*")


def template(values: pa.Array) -> Applied:
    """Generalise each value once.

    Args:
        values: string without nulls, in normal form and scrubbed: a secret is recognised only while it is whole.

    >>> template(pa.array(["rm -rf build/out7", "DIV#row-12"])).values.to_pylist()
    ['rm -rf {path}', 'DIV#row-{n}']
    """
    rows = found_at(values, _IS_COMMAND)
    commands: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]] = {}
    if len(rows):
        old = values.take(pa.array(rows))
        new = pa.array([command_template(text) for text in old.to_pylist()], pa.string())
        changed = np.zeros(len(values), np.bool_)
        changed[rows] = np.asarray(pc.not_equal(old, new))
        if changed.any():
            commands[COMMAND] = changed
            values = put(values, rows, new)
    ruled = apply_rules(values, load_rules("template"))
    return Applied(ruled.values, {**commands, **ruled.changed})


def command_template(text: str) -> str:
    """A shell command with its arguments generalised; equal neighbours are one.

    >>> command_template("sudo git commit -am 'for ann' src/x.py README | tee -a log")
    'sudo git commit -am {text} {path} {arg} | tee -a {arg}'
    """
    words: list[str] = []
    program_next, subcommand_next, after_option = True, False, False
    for word in _WORD.findall(text):
        shown = word
        if _OPERATOR.fullmatch(word):
            program_next, subcommand_next = word in _NEXT_PROGRAM, False
        elif word in "$>" and not words:
            pass
        elif program_next:
            assigned = _ASSIGNMENT.fullmatch(word)
            shown = (
                assigned.group(1) + "{value}"
                if assigned
                else word
                if _PROGRAM.fullmatch(word)
                else _argument(word)
            )
            if not assigned and not word.startswith("-"):
                program_next = word in _WRAPPERS
                subcommand_next = word in _HAS_SUBCOMMAND
            elif not assigned:
                shown = _option(word)
        elif word.startswith("-") and len(word) > 1:
            shown = _option(word)
        elif subcommand_next and not after_option and re.fullmatch(r"[a-z][a-z-]{1,19}", word):
            subcommand_next = False
        else:
            shown = _argument(word)
        after_option = shown.startswith("-") and not shown.endswith("}")
        if not words or words[-1] != shown or not shown.startswith("{"):
            words.append(shown)
    return " ".join(words)


def _option(word: str) -> str:
    if word in _SINGLE_DASH_WORDS or re.fullmatch(r"-[A-Za-z]{1,3}|--", word):
        return word
    option = _OPTION.fullmatch(word)
    if option is not None:
        return option.group(1) + ("={value}" if option.group(2) is not None else "")
    if re.fullmatch(r"-[A-Za-z]\{[a-z_]+\}", word) and _OURS.fullmatch(word[2:]):
        return word
    if re.fullmatch(r"-[A-Z][A-Za-z]{3,19}", word):  # PowerShell
        return word
    return word[:2] + "{value}" if word[1:2].isascii() and word[1:2].isalpha() else "{value}"


def _argument(word: str) -> str:
    if _OURS.fullmatch(word):
        return word
    if "://" in word:
        return "{url}"
    if "/" in word or "\\" in word or word.startswith("~"):
        return "{path}"
    if word[0] in "\"'":
        return "{text}"
    return "{n}" if word.isdecimal() else "{arg}"
