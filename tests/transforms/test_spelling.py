"""What is one name by Unicode's own data is one name; no interpreter's tables decide it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import unicodedata

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.account import canonical
from transforms.former_spelling import former_spellings, formerly
from transforms.unassigned import UNASSIGNED, unassigned_class
from transforms.unicode_form import UNICODE, unicode_form

FORMS = ("NFC", "NFD", "NFKC", "NFKD")

EVERYWHERE = "92ca37cec38637ea89f01b590dfc7f305ddf9c525db1d096653dba514899afed"
"""SHA-256 over all code points, found with Python 3.11 (Unicode 14.0), 3.12 (15.0) and 3.13 (15.1)."""


def spelled(*names):
    return canonical(pa.array(names, pa.string())).to_pylist()


def assigned():
    ends = (one.partition("-") for one in UNASSIGNED.split())
    later = {code for low, _, high in ends for code in range(int(low, 16), int(high or low, 16) + 1)}
    return [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000 and code not in later]


@pytest.mark.parametrize(
    "names",
    [
        ("STRASSER", "straßer", "STRAẞER", "Straßer"),
        ("İLKER", "ilker", "ILKER", "ılker", "i\u0307lker"),
        ("CORP\\ilker", "ilker@corp", "ILKER@Corp", "corp\\\\Ilker", "CORP＼ilker"),
        ("ΟΔΥΣΣΕΥΣ", "Οδυσσευς", "οδυσσευσ"),
        ("Ann  Lee", "ann lee", " ANN\tLEE\u00a0", "Ann\u3000Lee", "ann\u2028lee", "ann \u2800lee"),
        (
            "ann",
            "a\u00adnn",
            "an\u200bn",
            "a\u034fnn",
            "\ufeffann",
            "an\ufe0fn",
            "an\u3164n",
            "a\U000e0061nn",
        ),
        ("José", "jose\u0301", "JOSE\u0301"),
        ("ﬁnn", "FINN", "ｆｉｎｎ", "finn"),
        ("ᾳ", "αι", "\u03b1\u0345"),
        ("8", "8.0", "008", "+8", "8e0", "８", "8."),
        ("1000", "1e3", "1E+03", "1000.00", "1.0e3"),
        ("0", "-0", "-0.0", "0e5", "00"),
        ("10000000000000000", "1e+16"),
    ],
)
def test_spellings_of_one_name_are_one(names):
    assert len(set(spelled(*names))) == 1
    assert [spelled(name) for name in names] == [spelled(*names)[:1]] * len(names)


def test_what_is_another_name_stays_another():
    names = (
        "ann",
        "anna",
        "an n",
        "ann@corp",
        "ann@corp.example",
        "CORP2\\ann",
        "1e-3",
        "8.5",
        "-8",
        "żaneta",
        "zaneta",
    )
    assert len(set(spelled(*names))) == len(names)


@pytest.mark.parametrize("nobody", ["", " ", "\u3164", "\u200b\u2060", "\u2800", "\t\n"])
def test_what_has_no_visible_form_is_nobody(nobody):
    assert spelled(nobody, None) == [None, None]


def test_every_assigned_code_point_is_one_with_its_case_variants_and_normal_forms():
    wrong = []
    for letter in assigned():
        name = f"x{letter}y"
        form = unicode_form(name)
        variants = [
            name.upper(),
            name.lower(),
            name.casefold(),
            *(unicodedata.normalize(n, name) for n in FORMS),
        ]
        if any(unicode_form(variant) != form for variant in {*variants, form, f"x\u00ad{letter}y"}):
            wrong.append(hex(ord(letter)))
    assert wrong == []


def test_no_interpreter_decides():
    digest = hashlib.sha256()
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000:
            digest.update(unicode_form(f"x{chr(code)}y").encode())
    assert digest.hexdigest() == EVERYWHERE


def test_the_unassigned_are_those_of_the_stated_version():
    if unicodedata.unidata_version != UNICODE:
        pytest.skip(f"this Python has Unicode {unicodedata.unidata_version}")
    known = set(assigned())
    found = {chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) not in ("Cn", "Cs")}
    assert known == found
    assert unassigned_class()


STANDARD = """
use Unicode::UCD qw(prop_invmap);
my ($starts, $maps) = prop_invmap("NFKC_Casefold");
print Unicode::UCD::UnicodeVersion(), "\\n";
for my $i (0 .. $#$starts) {
  my $end = $i < $#$starts ? $starts->[$i + 1] : 0x110000;
  my $map = $maps->[$i];
  next if !ref($map) && $map eq "0";
  for my $code ($starts->[$i] .. $end - 1) {
    my @to = ref($map) ? @$map : $map eq "" ? () : ($map + $code - $starts->[$i]);
    print join(" ", $code, @to), "\\n";
  }
}
"""


@pytest.mark.skipif(shutil.which("perl") is None, reason="Perl brings the standard's own table")
def test_it_is_nfkc_casefold_of_the_standard():
    """By the table of the Unicode Character Database that Perl ships, not by how Python derives it."""
    done = subprocess.run(["perl", "-e", STANDARD], capture_output=True, check=True, text=True)
    version, *lines = done.stdout.splitlines()
    known = set(assigned())
    mapped = {}
    for line in lines:
        code, *to = map(int, line.split())
        if chr(code) in known:
            mapped[chr(code)] = "".join(map(chr, to))
    assert tuple(map(int, version.split("."))) >= (14,)
    assert len(mapped) > 5000
    own = {"\u0130", "\u0131"}
    for letter in known - own:
        standard = unicodedata.normalize("NFC", f"x{mapped.get(letter, letter)}y")
        form = unicode_form(f"x{letter}y")
        if form != standard:  # what goes beyond the standard: blanks, and what cannot be seen
            assert form == unicode_form(standard), hex(ord(letter))
            assert (
                unicodedata.category(letter) in ("Cc", "Cf", "Zs", "Zl", "Zp")
                or {" ", "\u0131"} & set(standard)
                or letter == "\u2800"
            )


@settings(deadline=None)  # the first call imports
@given(st.text(max_size=12))
def test_spelling_a_spelled_name_changes_nothing(name):
    once = spelled(name)
    assert once == (spelled(*once) if once[0] is not None else [None])


LETTERS = st.text(
    st.sampled_from("aAiIjJ\u0130\u0131\u0307\u0301\u0327\u0345sSßẞσςΣαᾳ 8.e@\\\u200b\u00a0\u3164ﬁ"),
    max_size=8,
)


@settings(deadline=None)  # the first call imports
@given(LETTERS)
def test_variants_of_a_text_are_spelled_alike(name):
    once = spelled(name)
    assert once == (spelled(*once) if once[0] is not None else [None])
    # Case of what is not normalised is no case variant: U+0345 before an accent becomes a letter that the accent follows
    # (Unicode, D145 to D147: normalise first).
    plain = unicodedata.normalize("NFD", name)
    for variant in (plain.upper(), plain.lower(), *(unicodedata.normalize(n, name) for n in FORMS)):
        assert unicode_form(variant) == unicode_form(name)


@settings(deadline=None)  # the first call imports
@given(st.lists(st.one_of(st.none(), st.text(max_size=6)), max_size=8))
def test_a_name_is_spelled_by_itself_whatever_stands_beside_it(names):
    assert spelled(*names) == [spelled(name)[0] for name in names]


def test_how_a_name_was_spelled_before():
    assert formerly(pa.array([" Ann  LEE", "STRASSE", "8.0", " "])).to_pylist() == [
        "ann  lee",
        "strasse",
        "8",
        None,
    ]
    names, numbers = former_spellings(["strasse", "ann@corp"])
    assert {"strasse", "straße"} <= {name for name, number in zip(names, numbers, strict=True) if number == 0}
    assert {"corp\\ann", "ann@corp"} <= {
        name for name, number in zip(names, numbers, strict=True) if number == 1
    }
