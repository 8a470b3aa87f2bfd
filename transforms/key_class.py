"""The class of a key, never the key: what remains of keyboard events."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import pyarrow as pa

CLASSES: Final = frozenset("letter digit symbol navigation editing modifier function shortcut other".split())
"""All that `key_classes` can say. `symbol` is punctuation and the space, `shortcut` a key with modifiers."""

_NAMES: Final = {
    "navigation": "arrowleft arrowright arrowup arrowdown left right up down home end pageup pagedown pgup pgdn prior next "
    "tab backtab escape esc scrolllock browserback browserforward",
    "editing": "backspace back delete del insert ins enter return numpadenter kpenter clear undo redo cut copy paste",
    "modifier": "shift shiftleft shiftright lshift rshift shiftl shiftr control controlleft controlright ctrl ctrlleft "
    "ctrlright ctrll ctrlr lctrl rctrl lcontrol rcontrol alt altleft altright altl altr lalt ralt altgr altgraph option "
    "meta metaleft metaright command cmd cmdl cmdr lcmd rcmd super superl superr win lwin rwin oskey fn capslock numlock "
    "menu contextmenu apps",
    "symbol": "space spacebar minus equal comma period slash backslash semicolon quote backquote bracketleft bracketright "
    "plus multiply divide subtract add decimal",
}
_CLASS_OF: Final = {name: of for of, names in _NAMES.items() for name in names.split()}
_MODIFIERS: Final = frozenset(_NAMES["modifier"].split())
_PREFIX: Final = re.compile(r"^(?:key\.|vk_|vk\.|kp_|xk_)", re.IGNORECASE)


def key_classes(keys: pa.Array) -> pa.Array:
    """The class of each key: `key`, `code` and names of browsers, pynput and X11, or the character itself.

    Args:
        keys: string; null stays null. A key code (a number of two digits and more) says `other`: what it means differs.

    Returns:
        string, one of CLASSES; an empty key is null.

    >>> key_classes(pa.array(["a", "KeyA", "Key.shift_l", "Ctrl+C", "F5", "hunter2", None])).to_pylist()
    ['letter', 'letter', 'modifier', 'shortcut', 'function', 'other', None]
    """
    return pa.array([None if not key else key_class(key) for key in keys.to_pylist()], pa.string())


def key_class(key: str) -> str:
    """The class of one key that is not empty."""
    if len(key) >= 3 and key[0] == key[-1] and key[0] in "'\"":
        key = key[1:-1]  # pynput writes characters as 'a'
    if len(key) == 1:
        return _of_character(key)
    parts = [part for part in re.split(r"[+-]", key) if part]
    if len(parts) > 1 and all(_plain(part) in _MODIFIERS for part in parts[:-1]):
        return "modifier" if _plain(parts[-1]) in _MODIFIERS else "shortcut"
    name = _plain(key)
    if re.fullmatch(r"f[0-9]{1,2}", name):
        return "function"
    if re.fullmatch(r"key[a-z]", name):
        return "letter"
    if re.fullmatch(r"(?:digit|numpad)[0-9]", name):
        return "digit"
    if name.startswith("numpad") and name != "numpad":
        name = name.removeprefix("numpad")
    if len(name) == 1 and _PREFIX.match(key):
        return _of_character(name)
    return _CLASS_OF.get(name, _of_cluster(key))


def _plain(name: str) -> str:
    return re.sub(r"[ _]", "", _PREFIX.sub("", name.strip())).lower()


def _of_cluster(key: str) -> str:
    """One letter may be several code points (a base and its marks)."""
    marked = all(unicodedata.category(mark).startswith("M") for mark in key[1:])
    return _of_character(key[0]) if marked else "other"


def _of_character(character: str) -> str:
    control = {
        "\b": "editing",
        "\x7f": "editing",
        "\r": "editing",
        "\n": "editing",
        "\t": "navigation",
        "\x1b": "navigation",
    }
    if character in control:
        return control[character]
    if character.isalpha():
        return "letter"
    if character.isnumeric():
        return "digit"
    return "symbol" if character.isprintable() or character.isspace() else "other"
