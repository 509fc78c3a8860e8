"""How a command says no: a sentence on stderr, with ``--json`` also one object on stdout; exit 1."""

from __future__ import annotations

import json
from typing import NoReturn

import click

from rentan.core.errors import RuleError


def refuse(refused: RuleError, *, as_json: bool = False) -> NoReturn:
    """End the command with exit 1; ``{"error", "message"}`` for a program that reads stdout."""
    if as_json:
        click.echo(json.dumps({"error": refused.kode, "message": refused.pesan}))
    click.echo(refused.pesan, err=True)
    raise SystemExit(1)
