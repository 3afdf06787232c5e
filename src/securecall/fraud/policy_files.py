"""From the text of a policy to its values, with every fault at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

from securecall.errors import Fault, PolicyError, nearest
from securecall.fraud.policy import Policy, Rule
from securecall.fraud.policy_checks import ANY, GRADES, KINDS, wrong_policy, wrong_rule
from securecall.toml_lines import Path as Key
from securecall.toml_lines import line_of_paths, written

__all__ = ["parse_policy", "read_policy"]

_HEAD: Final = ("name", "title", "kinds", "tones", "announcements")
_SAID: Final = tuple(item.name for item in fields(Rule) if item.name not in ("kind", "grade"))
_TEXTS: Final = ("tone", "announcement")
_AT: Final = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)")
_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


class _Reader:
    """Takes values out of tables and collects what is wrong with them."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []
        try:
            self.values: dict[str, Any] = tomllib.loads(text)
            self.lines = line_of_paths(text)
        except tomllib.TOMLDecodeError as error:
            match = _AT.search(str(error))
            line = int(match[1]) if match and match[1] else text.count("\n") + 1
            rule = _AT.sub("", str(error)).rstrip(".")
            raise PolicyError([Fault(file, line, "TOML", "", rule)]) from None
        except (RecursionError, ValueError) as error:
            raise PolicyError([Fault(file, None, "TOML", "", str(error))]) from None

    def fault(self, key: Key, value: object, rule: str, near: str | None = None) -> None:
        """Record a fault."""
        shown = f'"{value}"' if isinstance(value, str) else "" if value is None else str(value)
        self.faults.append(Fault(self.file, self.line(key), written(key), shown[:60], rule, near))

    def line(self, key: Key) -> int | None:
        """Return the line of a key, of the first below it, or of the nearest around it."""
        while key:
            # A table that only its own tables head stands where the first of them does.
            found = [at for path, at in self.lines.items() if path[: len(key)] == key]
            if found:
                return min(found)
            key = key[:-1]
        return None

    def text(self, key: str, usual: str | None = None) -> str:
        """Return a text that is not empty."""
        value = self.values.get(key, usual)
        if not isinstance(value, str) or not value:
            self.fault((key,), value, "must be text in quotes")
            return "?"
        return value

    def words(self, key: Key, value: object) -> tuple[str, ...]:
        """Return a list of texts; if anything else is in it, an empty one."""
        if not isinstance(value, list):
            self.fault(key, value, "must be a list of texts in quotes")
            return ()
        wrong = [index for index, each in enumerate(value) if not isinstance(each, str)]
        for index in wrong:
            self.fault((*key, index), value[index], "must be text in quotes")
        return () if wrong else tuple(value)

    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of detectors of one's own."""
        good: list[str] = []
        for index, kind in enumerate(self.words(("kinds",), self.values.get("kinds", []))):
            if _WORD.match(kind) and kind not in (*_HEAD, ANY, *KINDS, *good):
                good.append(kind)
            else:
                rule = "must be a new word of small letters, digits and underscores, at most 40"
                self.fault(("kinds", index), kind, rule)
        return tuple(good)

    def names(self, key: str) -> dict[str, str]:
        """Return what can be played: a name each, and what the host makes of it."""
        table = self.table((key,), self.values.get(key, {}))
        for name, value in (table or {}).items():
            if not isinstance(value, str):
                self.fault((key, name), value, "must be text in quotes: a file, say")
        return {name: str(value) for name, value in (table or {}).items()}

    def table(self, key: Key, value: object) -> Mapping[str, Any] | None:
        """Return a table, or nothing if it is none."""
        if isinstance(value, dict):
            return value
        self.fault(key, value, f"must be a table, headed [{written(key)}]")
        return None

    def known(
        self, key: Key, allowed: Collection[str], what: str, also: Collection[str] = ()
    ) -> bool:
        """Record a fault if a key's last part is not allowed there; ``also`` may be meant, too."""
        name = str(key[-1])
        if name in allowed:
            return True
        rule = f"is not {what}; allowed: {', '.join(allowed)}"
        self.fault(key, None, rule, nearest(name, (*allowed, *also)))
        return False

    def rule(self, kind: str, grade: str, table: Mapping[str, Any]) -> Rule | None:
        """Return a rule, or nothing if it cannot be one."""
        before = len(self.faults)
        said: dict[str, Any] = {}
        for name, value in table.items():
            key = (kind, grade, name)
            if not self.known(key, _SAID, "a key of a rule"):
                continue
            if name == "actions":
                said[name] = self.words(key, value)
            elif name in _TEXTS and (not isinstance(value, str) or not value):
                self.fault(key, value, "must be a name in quotes")
            else:
                said[name] = value
        if "actions" not in table:
            self.fault((kind, grade, "actions"), None, "is missing; it must be a list of actions")
        if len(self.faults) > before:
            return None
        for item in fields(Rule):
            said.setdefault(item.name, {"kind": kind, "grade": grade}.get(item.name, item.default))
        for name, rule, near in wrong_rule(SimpleNamespace(**said)):
            value = table.get(name)
            self.fault((kind, grade, name), None if isinstance(value, list) else value, rule, near)
        return Rule(**said) if len(self.faults) == before else None


def parse_policy(text: str, *, file: str = "<text>") -> Policy:
    """Read a policy from TOML.

    Parameters
    ----------
    text : str
    file : str
        Its name, for messages.

    Raises
    ------
    PolicyError
        With everything that is wrong: file, line, key, value, and the name that was probably meant.

    Source
    ------
    own; the format is described in docs/fraud.md.

    Examples
    --------
    >>> from securecall.fraud.policy_files import parse_policy
    >>> parse_policy('''
    ... name = "ours"
    ... [tree_way.alert]
    ... actions = ["review"]
    ... ''')
    Traceback (most recent call last):
    securecall.PolicyError: the policy has 1 fault:
      <text>:3: tree_way: is not a kind of event; allowed: any, three_way, call_forwarding, \
keypad, noise_anomaly, line_switch, call_waiting, dtmf, mf, tone; did you mean 'three_way'?
    """
    reader = _Reader(text, file)
    name = reader.text("name")
    title = reader.text("title", name)
    kinds = reader.kinds()
    tones, announcements = reader.names("tones"), reader.names("announcements")
    rules = []
    for kind, value in reader.values.items():
        allowed = (ANY, *KINDS, *kinds)
        if kind in _HEAD or not reader.known((kind,), allowed, "a kind of event", _HEAD):
            continue
        for grade, each in (reader.table((kind,), value) or {}).items():
            if reader.known((kind, grade), GRADES, "a grade"):
                table = reader.table((kind, grade), each)
                rules.append(None if table is None else reader.rule(kind, grade, table))
    good = tuple(rule for rule in rules if rule is not None)
    told: dict[str, Any] = {
        "name": name, "title": title, "rules": good, "kinds": kinds, "tones": tones,
        "announcements": announcements,
    }  # fmt: skip
    for place, key, rule, near in wrong_policy(SimpleNamespace(**told)):
        kind, _, grade = place.partition(".")
        reader.fault((kind, grade, key), reader.values[kind][grade].get(key), rule, near)
    if reader.faults:
        raise PolicyError(sorted(reader.faults, key=lambda fault: fault.line or 0))
    return Policy(**told)


def read_policy(path: str | Path) -> Policy:
    """Read a policy from a file.

    Parameters
    ----------
    path : str or pathlib.Path
        Of a TOML file, UTF-8.

    Raises
    ------
    PolicyError
        With everything that is wrong, or that the file cannot be read.

    Source
    ------
    own; the format is described in docs/fraud.md.

    Examples
    --------
    >>> from securecall.fraud.policy_files import read_policy
    >>> read_policy("no/such/file.toml")
    Traceback (most recent call last):
    securecall.PolicyError: the policy has 1 fault:
      no/such/file.toml: file: cannot be read: No such file or directory
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        rule = f"cannot be read: {error.strerror}"
        raise PolicyError([Fault(str(path), None, "file", "", rule)]) from None
    except UnicodeDecodeError as error:
        rule = f"must be UTF-8; byte {error.start} is not"
        raise PolicyError([Fault(str(path), None, "file", "", rule)]) from None
    return parse_policy(text, file=str(path))
