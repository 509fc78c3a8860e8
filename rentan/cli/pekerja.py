"""Commands about workers: the lists of those covered elsewhere, and the pool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask.cli import AppGroup

from rentan.calon.impor import PENANGAN as CALON
from rentan.cli.impor import answer_import, import_options
from rentan.pekerja.impor import PENANGAN as PELINDUNGAN

pelindungan = AppGroup("pelindungan", help="Lists of workers whom another programme covers.")
calon = AppGroup("calon", help="The pool of workers who wait for a donor.")


@pelindungan.command("import")
@import_options
def import_pelindungan(file: Path, **options: Any) -> None:
    """Read FILE (NIK, NAMA, SUMBER, MULAI, SELESAI); exit 1 when a refused row refuses the file."""
    answer_import(PELINDUNGAN, file, **options)


@calon.command("import")
@import_options
def import_calon(file: Path, **options: Any) -> None:
    """Read FILE (NIK, NAMA, TANGGAL LAHIR, …); exit 1 when a refused row refuses the file."""
    answer_import(CALON, file, **options)


COMMANDS = (pelindungan, calon)
