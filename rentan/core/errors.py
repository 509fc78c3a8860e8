"""The refusals that people read. Every other exception is a defect of ours."""


class RuleError(Exception):
    """A rule refused the move or the input.

    ``pesan`` is a finished Indonesian sentence (what, why, what next) without personal data of others;
    ``field`` names the form field it belongs to (``None``: the whole form); ``kode`` is a stable word that
    tests, imports and the audit trail use instead of the sentence.
    """

    status = 422

    def __init__(self, pesan: str, field: str | None = None, *, kode: str = "ditolak") -> None:
        super().__init__(pesan)
        self.pesan = pesan
        self.field = field
        self.kode = kode


class NotFound(RuleError):
    """The row does not exist, or the viewer may not know that it does (the same answer for both: AUZ-2)."""

    status = 404

    def __init__(self, pesan: str = "Data yang Anda cari tidak ditemukan.") -> None:
        super().__init__(pesan, kode="tidak_ditemukan")


class Forbidden(RuleError):
    """The person's role does not include this function."""

    status = 403

    def __init__(self, pesan: str = "Peran Anda tidak mencakup tindakan ini.") -> None:
        super().__init__(pesan, kode="tidak_berhak")


class Stale(RuleError):
    """Somebody changed the row since the page was opened (CON-5)."""

    status = 409

    def __init__(
        self, pesan: str = "Data ini sudah diubah orang lain sejak Anda membukanya. Muat ulang lalu periksa."
    ) -> None:
        super().__init__(pesan, kode="usang")
