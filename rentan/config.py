"""Settings from the environment, checked at start: what is wrong is said in sentences and nothing is served.

Names and defaults are those of product.md §5; the refusals of the production profile are OPS-2, SES-4, HST-1
and KEY-5 of security.md. City facts are not here but in the city profile (:mod:`rentan.profil`).
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from rentan.profil import Bank, Batas, Profil, ProfilError, load_profil

ROOT = Path(__file__).resolve().parent.parent
PROFIL_BAWAAN = ROOT / "rentan" / "wilayah" / "seed" / "semarang" / "profil.toml"
ENV: dict[str, Literal["demo", "production"]] = {"demo": "demo", "production": "production"}
# A file in the instance folder: a demo city, whose sign-ins are published, was once started there.
TANDA_DEMO = "demo"
LOOPBACK = ("127.0.0.1", "localhost")
SECRET_KEY_MIN = 32  # bytes
YA = ("1", "ya", "true", "yes", "on")
TIDAK = ("", "0", "tidak", "false", "no", "off")
# Passwords that stand in manuals, ours included: an address that still carries one was never finished.
SANDI_CONTOH = {
    "admin",
    "changeme",
    "contoh",
    "example",
    "ganti",
    "ganti-ini",
    "password",
    "postgres",
    "rahasia",
    "rentan",
    "root",
    "sandi",
    "secret",
}
KUNCI_CONTOH = ("secret", "changeme", "change-me", "ganti", "contoh", "example", "rahasia", "password")


class ConfigError(ValueError):
    """The environment cannot be served; ``kalimat`` lists every reason, each saying what to do."""

    def __init__(self, kalimat: list[str]) -> None:
        super().__init__("\n".join(kalimat))
        self.kalimat = kalimat


@dataclass(frozen=True)
class Settings:
    """One installation. Secrets are kept out of ``repr`` so that they cannot reach a log line."""

    env: Literal["demo", "production"]
    instance: Path
    database_url: str = field(repr=False)
    documents_url: str = field(repr=False)
    queue_url: str = field(repr=False)
    kek_file: Path
    kepala_jejak: Path  # copies of the trail's newest link, to be shipped elsewhere (AUD-2)
    profil_path: Path
    host: str
    port: int
    trusted_hosts: tuple[str, ...]
    secret_key: str = field(repr=False)
    cookie_secure: bool
    proxy_count: int  # reverse proxies in front whose X-Forwarded-* headers are believed
    http_polos: bool  # RENTAN_IZINKAN_HTTP: plain HTTP in production, accepted by name
    jumlah_host: int  # machines that share this installation

    @property
    def demo(self) -> bool:
        return self.env == "demo"

    @property
    def cookie_name(self) -> str:
        """``__Host-`` is only accepted by browsers together with ``Secure`` (SES-4)."""
        return "__Host-rentan" if self.cookie_secure else "rentan"


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read and check the settings.

    In the demo city a missing instance folder and secret key are made. Raises :class:`ConfigError` with all
    faults at once.
    """
    return _Pembaca(environ).settings()


class _Pembaca:
    """Collects every fault before refusing, so that one start shows the whole list."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.salah: list[str] = []

    def settings(self) -> Settings:
        env = ENV.get(self._teks("RENTAN_ENV", "demo"))
        if env is None:
            raise ConfigError(["RENTAN_ENV tidak dikenal; isilah dengan demo atau production."])
        instance = Path(self._teks("RENTAN_INSTANCE", str(ROOT / "instance"))).expanduser().resolve()
        if env == "demo":
            self._siapkan_demo(instance)
        proxy_count = self._bilangan("RENTAN_PROXY_COUNT", 0, 0, 5)
        http_polos = self._ya("RENTAN_IZINKAN_HTTP")
        settings = Settings(
            env=env,
            instance=instance,
            database_url=self._teks("RENTAN_DATABASE_URL", f"sqlite:///{instance / 'rentan.db'}"),
            documents_url=self._teks("RENTAN_DOCUMENTS_URL", (instance / "dokumen").as_uri()),
            queue_url=self._teks("RENTAN_QUEUE_URL", f"sqlite:///{instance / 'antrean.db'}"),
            kek_file=self._path("RENTAN_KEK_FILE", instance / "kunci.json"),
            kepala_jejak=self._path("RENTAN_KEPALA_JEJAK", instance / "kepala-jejak.jsonl"),
            profil_path=self._path("RENTAN_PROFIL_KOTA", PROFIL_BAWAAN),
            host=self._teks("RENTAN_HOST", "127.0.0.1"),
            port=self._bilangan("RENTAN_PORT", 8000, 1, 65535),
            trusted_hosts=self._daftar("RENTAN_TRUSTED_HOSTS", LOOPBACK if env == "demo" else ()),
            secret_key=self._secret_key(env, instance),
            cookie_secure=env == "production" and not http_polos,
            proxy_count=proxy_count,
            http_polos=http_polos,
            jumlah_host=self._bilangan("RENTAN_JUMLAH_HOST", 1, 1, 100),
        )
        if env == "demo":
            self._periksa_demo(settings)
        else:
            self._periksa_produksi(settings)
        if self.salah:
            raise ConfigError(self.salah)
        return settings

    # -- reading -------------------------------------------------------------------------------------------

    def _teks(self, nama: str, bawaan: str) -> str:
        return self.environ.get(nama, "").strip() or bawaan

    def _path(self, nama: str, bawaan: Path) -> Path:
        return Path(self._teks(nama, str(bawaan))).expanduser().resolve()

    def _daftar(self, nama: str, bawaan: tuple[str, ...]) -> tuple[str, ...]:
        isi = tuple(satu.strip() for satu in self.environ.get(nama, "").split(",") if satu.strip())
        return isi or bawaan

    def _bilangan(self, nama: str, bawaan: int, minimum: int, maksimum: int) -> int:
        teks = self._teks(nama, str(bawaan))
        if teks.isascii() and teks.isdigit() and minimum <= int(teks) <= maksimum:
            return int(teks)
        self.salah.append(f"{nama} harus bilangan bulat {minimum} sampai dengan {maksimum}.")
        return bawaan

    def _ya(self, nama: str) -> bool:
        teks = self.environ.get(nama, "").strip().lower()
        if teks not in YA + TIDAK:
            self.salah.append(f"{nama} diisi dengan ya atau tidak.")
        return teks in YA

    # -- demo ----------------------------------------------------------------------------------------------

    def _siapkan_demo(self, instance: Path) -> None:
        try:
            instance.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Only a new folder is marked: a production folder named by mistake must stay startable.
            if all(isi.name == ".gitignore" for isi in instance.iterdir()):
                (instance / TANDA_DEMO).touch()
        except OSError:
            raise ConfigError(
                [f"Folder {instance} tidak dapat dibuat atau ditulisi. Periksa RENTAN_INSTANCE."]
            ) from None

    def _periksa_demo(self, settings: Settings) -> None:
        """The demo city has published sign-ins, so nobody but this computer may reach it."""
        if settings.host not in LOOPBACK:
            self.salah.append(
                "Kota demo memakai sandi yang diketahui umum, jadi hanya boleh melayani komputer ini. "
                "Hapus RENTAN_HOST, atau gunakan RENTAN_ENV=production."
            )

    def _secret_key(self, env: str, instance: Path) -> str:
        nama = self._teks("RENTAN_SECRET_KEY_FILE", "")
        if env == "production" and not nama:
            self.salah.append(
                "RENTAN_SECRET_KEY_FILE belum diisi. Buat berkas berisi kunci acak, "
                "misalnya dengan: openssl rand -hex 32."
            )
            return ""
        path = Path(nama).expanduser().resolve() if nama else instance / "secret_key"
        if env == "demo":
            _buat_rahasia(path)
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            self.salah.append(f"Berkas kunci sesi {path} tidak dapat dibaca. Periksa RENTAN_SECRET_KEY_FILE.")
            return ""

    # -- production ----------------------------------------------------------------------------------------

    def _periksa_produksi(self, settings: Settings) -> None:
        if self._teks("FLASK_DEBUG", "").lower() not in TIDAK:
            self.salah.append("Mode debug menyala. Hapus FLASK_DEBUG: mode itu memperlihatkan isi program.")
        self._periksa_kunci(settings)
        self._periksa_host(settings)
        self._periksa_sandi(settings)
        self._periksa_folder(settings)
        if not settings.database_url.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:")):
            self.salah.append("RENTAN_DATABASE_URL harus diawali postgresql:// atau sqlite:///.")
        if settings.jumlah_host > 1:
            self._periksa_banyak_host(settings)

    def _periksa_kunci(self, settings: Settings) -> None:
        kunci = settings.secret_key
        if kunci and (
            len(kunci.encode()) < SECRET_KEY_MIN
            or len(set(kunci)) < 10
            or any(contoh in kunci.lower() for contoh in KUNCI_CONTOH)
        ):
            self.salah.append(
                f"Kunci sesi terlalu pendek atau masih contoh. Isi berkasnya dengan paling sedikit "
                f"{SECRET_KEY_MIN} karakter acak, misalnya dengan: openssl rand -hex 32."
            )
        if kunci:
            self._periksa_izin(self._path("RENTAN_SECRET_KEY_FILE", settings.instance))
        if not self._teks("RENTAN_KEK_FILE", ""):
            self.salah.append("RENTAN_KEK_FILE belum diisi. Tunjuk berkas kunci di luar folder data.")
        elif not settings.kek_file.is_file():
            self.salah.append(
                f"Berkas kunci {settings.kek_file} tidak ada. Pulihkan dari tempat simpan kunci."
            )
        else:
            self._periksa_izin(settings.kek_file)
            if settings.kek_file.is_relative_to(settings.instance):
                self.salah.append(
                    "Berkas kunci berada di dalam folder data, sehingga ikut tersalin ke cadangan. "
                    "Pindahkan ke luar folder itu dan perbarui RENTAN_KEK_FILE."
                )

    def _periksa_izin(self, path: Path) -> None:
        """Others must not read a secret. The group may: systemd hands credentials over with a group ACL."""
        if stat.S_IMODE(path.stat().st_mode) & 0o027:
            self.salah.append(f"Berkas {path} dapat dibuka orang lain. Jalankan: chmod 0400 {path}.")

    def _periksa_host(self, settings: Settings) -> None:
        if not settings.trusted_hosts:
            self.salah.append(
                "RENTAN_TRUSTED_HOSTS belum diisi. Tulis nama host aplikasi, dipisahkan koma, "
                "misalnya rentan.kota.example."
            )
        elif any(set(host) & set("*/ ") or host.strip(".") == "" for host in settings.trusted_hosts):
            self.salah.append(
                "RENTAN_TRUSTED_HOSTS berisi nama host lengkap saja, tanpa tanda * atau alamat URL."
            )
        if settings.proxy_count == 0 and not settings.http_polos:
            self.salah.append(
                "Tanpa proxy HTTPS di depan, kata sandi melintas tanpa enkripsi. Pasang nginx dan isi "
                "RENTAN_PROXY_COUNT=1, atau nyatakan RENTAN_IZINKAN_HTTP=ya bila risiko itu diterima."
            )

    def _periksa_sandi(self, settings: Settings) -> None:
        for nama, url in (
            ("RENTAN_DATABASE_URL", settings.database_url),
            ("RENTAN_QUEUE_URL", settings.queue_url),
        ):
            if unquote(_bagian_url(url).password or "").lower() in SANDI_CONTOH:
                self.salah.append(
                    f"{nama} masih memakai sandi contoh. Ganti sandi itu di server dan di sini."
                )
        if (settings.instance / TANDA_DEMO).exists():
            self.salah.append(
                "Folder data ini berisi kota demo dengan sandi yang diketahui umum. "
                "Tunjuk folder lain dengan RENTAN_INSTANCE."
            )

    def _periksa_folder(self, settings: Settings) -> None:
        folder = [settings.instance]
        if not settings.instance.is_dir():
            self.salah.append(f"Folder data {settings.instance} tidak ada. Buat folder itu dengan izin 0700.")
        for url in (settings.documents_url, settings.database_url):
            if path := _path_lokal(url):
                folder.append(path)
        for path in dict.fromkeys(folder):
            if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o007:
                izin = "0700" if path.is_dir() else "0600"
                self.salah.append(f"Data di {path} dapat dibuka semua orang. Jalankan: chmod {izin} {path}.")

    def _periksa_banyak_host(self, settings: Settings) -> None:
        """What lies on one machine's disk is unknown to the others (platform.md §1)."""
        if settings.database_url.startswith("sqlite"):
            self.salah.append(
                "SQLite hanya untuk satu host. Isi RENTAN_DATABASE_URL dengan alamat PostgreSQL."
            )
        if settings.queue_url.startswith("sqlite"):
            self.salah.append(
                "Antrean SQLite hanya untuk satu host. Isi RENTAN_QUEUE_URL dengan alamat Redis."
            )
        if settings.documents_url.startswith("file:"):
            self.salah.append(
                "Folder dokumen lokal hanya untuk satu host. Isi RENTAN_DOCUMENTS_URL dengan s3://…."
            )


def _bagian_url(url: str) -> SplitResult:
    """``urlsplit`` that answers an empty address for text that is none, so that checking never crashes."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def _path_lokal(url: str) -> Path | None:
    """The file or folder behind a ``sqlite:///`` or ``file://`` address; ``None`` for a remote one."""
    bagian = _bagian_url(url)
    if bagian.scheme.startswith("sqlite") and len(bagian.path) > 1:
        return Path(unquote(bagian.path[1:]))
    if bagian.scheme == "file":
        return Path(unquote(bagian.path))
    return None


def _buat_rahasia(path: Path) -> None:
    """Write a random secret (0600) where none is; of two starts at once the first one wins."""
    try:
        berkas = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(berkas, "w", encoding="ascii") as aliran:
        aliran.write(secrets.token_hex(32))


__all__ = [
    "Bank",
    "Batas",
    "ConfigError",
    "Profil",
    "ProfilError",
    "Settings",
    "load_profil",
    "load_settings",
]
