"""Settings and city profile: each refusal at start with its sentence (OPS-2, SES-4, HST-1, KEY-5)."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from rentan.config import (
    PROFIL_BAWAAN,
    ConfigError,
    ProfilError,
    Settings,
    load_profil,
    load_settings,
)

KOTA_LAIN = Path(__file__).resolve().parent / "kota_lain" / "profil.toml"


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """An environment that production accepts; each test spoils one thing."""
    instance, etc = tmp_path / "data", tmp_path / "etc"
    instance.mkdir(mode=0o700)
    etc.mkdir(mode=0o700)
    for name, content in (("secret_key", "8f2b61c09d7e4a35" * 4), ("kunci.json", "{}")):
        (etc / name).write_text(content)
        (etc / name).chmod(0o400)
    return {
        "RENTAN_ENV": "production",
        "RENTAN_INSTANCE": str(instance),
        "RENTAN_DATABASE_URL": "postgresql+psycopg:///rentan",
        "RENTAN_SECRET_KEY_FILE": str(etc / "secret_key"),
        "RENTAN_KEK_FILE": str(etc / "kunci.json"),
        "RENTAN_TRUSTED_HOSTS": "rentan.kota.example",
        "RENTAN_PROXY_COUNT": "1",
    }


def refused(environ: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as error:
        load_settings(environ)
    return error.value.kalimat


# -- demo --------------------------------------------------------------------------------


def test_demo_needs_nothing_and_keeps_its_secret(tmp_path: Path) -> None:
    environ = {"RENTAN_INSTANCE": str(tmp_path / "baru")}
    first, second = load_settings(environ), load_settings(environ)
    assert first == second
    assert (first.env, first.host, first.port, first.cookie_name) == ("demo", "127.0.0.1", 8000, "rentan")
    assert len(first.secret_key) == 64
    assert (tmp_path / "baru" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "baru").stat().st_mode & 0o777 == 0o700
    assert first.database_url == f"sqlite:///{tmp_path}/baru/rentan.db"


def test_demo_is_for_this_computer_only(tmp_path: Path) -> None:
    (kalimat,) = refused({"RENTAN_INSTANCE": str(tmp_path), "RENTAN_HOST": "0.0.0.0"})
    assert "hanya boleh melayani komputer ini" in kalimat


def test_unknown_environment_is_refused(tmp_path: Path) -> None:
    (kalimat,) = refused({"RENTAN_INSTANCE": str(tmp_path), "RENTAN_ENV": "prod"})
    assert "demo atau production" in kalimat


@pytest.mark.parametrize("port", ["0", "70000", "delapan ribu", "-1", "٨٠٠٠"])
def test_port_is_a_number_in_range(tmp_path: Path, port: str) -> None:
    (kalimat,) = refused({"RENTAN_INSTANCE": str(tmp_path), "RENTAN_PORT": port})
    assert kalimat == "RENTAN_PORT harus bilangan bulat 1 sampai dengan 65535."


# -- production --------------------------------------------------------------------------------


def test_production_starts_with_a_complete_environment(production: dict[str, str]) -> None:
    settings = load_settings(production)
    assert settings.cookie_secure and settings.cookie_name == "__Host-rentan"
    assert settings.trusted_hosts == ("rentan.kota.example",)
    assert not (settings.instance / "secret_key").exists()


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    assert len(refused({"RENTAN_ENV": "production", "RENTAN_INSTANCE": str(tmp_path / "tiada")})) >= 5


def test_secrets_stay_out_of_repr(production: dict[str, str]) -> None:
    production["RENTAN_DATABASE_URL"] = "postgresql+psycopg://rentan:x7-Terkunci@db/rentan"
    settings = load_settings(production)
    assert settings.secret_key not in repr(settings)
    assert "x7-Terkunci" not in repr(settings)


def _short_key(environ: dict[str, str]) -> None:
    _rewrite(Path(environ["RENTAN_SECRET_KEY_FILE"]), "pendek")


def _example_key(environ: dict[str, str]) -> None:
    _rewrite(Path(environ["RENTAN_SECRET_KEY_FILE"]), "ganti-dengan-kunci-acak-yang-panjang-1234567890")


def _monotonous_key(environ: dict[str, str]) -> None:
    _rewrite(Path(environ["RENTAN_SECRET_KEY_FILE"]), "ab" * 32)


def _rewrite(path: Path, content: str) -> None:
    path.chmod(0o600)
    path.write_text(content)


def _open_key(environ: dict[str, str]) -> None:
    Path(environ["RENTAN_KEK_FILE"]).chmod(0o444)


def _open_secret(environ: dict[str, str]) -> None:
    Path(environ["RENTAN_SECRET_KEY_FILE"]).chmod(0o444)


def _no_key(environ: dict[str, str]) -> None:
    Path(environ["RENTAN_KEK_FILE"]).unlink()


def _key_beside_data(environ: dict[str, str]) -> None:
    moved = Path(environ["RENTAN_INSTANCE"]) / "kunci.json"
    shutil.copy(environ["RENTAN_KEK_FILE"], moved)
    environ["RENTAN_KEK_FILE"] = str(moved)


def _open_data(environ: dict[str, str]) -> None:
    Path(environ["RENTAN_INSTANCE"]).chmod(0o755)


def _open_documents(environ: dict[str, str]) -> None:
    documents = Path(environ["RENTAN_INSTANCE"]).parent / "dokumen"
    documents.mkdir()
    documents.chmod(0o755)
    environ["RENTAN_DOCUMENTS_URL"] = documents.as_uri()


def _demo_data(environ: dict[str, str]) -> None:
    (Path(environ["RENTAN_INSTANCE"]) / "demo").touch()


def _set(**changes: str) -> Callable[[dict[str, str]], None]:
    return lambda environ: environ.update({f"RENTAN_{name}": value for name, value in changes.items()})


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda environ: environ.update(FLASK_DEBUG="1"), "Mode debug menyala."),
        (_short_key, "Kunci sesi terlalu pendek atau masih contoh."),
        (_example_key, "Kunci sesi terlalu pendek atau masih contoh."),
        (_monotonous_key, "Kunci sesi terlalu pendek atau masih contoh."),
        (_open_secret, "dapat dibuka orang lain"),
        (_set(SECRET_KEY_FILE=""), "RENTAN_SECRET_KEY_FILE belum diisi."),
        (_set(SECRET_KEY_FILE="/tiada/berkas"), "tidak dapat dibaca"),
        (_set(KEK_FILE=""), "RENTAN_KEK_FILE belum diisi."),
        (_no_key, "Pulihkan dari tempat simpan kunci."),
        (_open_key, "dapat dibuka orang lain"),
        (_key_beside_data, "berada di dalam folder data"),
        (_set(DATABASE_URL="sqlite:////srv/rentan.db", JUMLAH_HOST="2"), "SQLite hanya untuk satu host."),
        (_set(JUMLAH_HOST="2"), "Antrean SQLite hanya untuk satu host."),
        (_set(JUMLAH_HOST="2"), "Folder dokumen lokal hanya untuk satu host."),
        (_set(DATABASE_URL="mysql://db/rentan"), "harus diawali postgresql://"),
        (_set(DATABASE_URL="postgresql://rentan:postgres@db/rentan"), "masih memakai sandi contoh"),
        (_set(DATABASE_URL="postgresql://rentan:ganti@db/rentan"), "masih memakai sandi contoh"),
        (_set(QUEUE_URL="redis://:Rahasia@antre/0"), "masih memakai sandi contoh"),
        (_demo_data, "berisi kota demo dengan sandi yang diketahui umum"),
        (_set(TRUSTED_HOSTS=""), "RENTAN_TRUSTED_HOSTS belum diisi."),
        (_set(TRUSTED_HOSTS="*"), "nama host lengkap saja"),
        (_set(TRUSTED_HOSTS="https://rentan.kota.example"), "nama host lengkap saja"),
        (_set(PROXY_COUNT="0"), "kata sandi melintas tanpa enkripsi"),
        (_set(IZINKAN_HTTP="mungkin"), "RENTAN_IZINKAN_HTTP diisi dengan ya atau tidak."),
        (_open_data, "dapat dibuka semua orang"),
        (_open_documents, "dapat dibuka semua orang"),
        (_set(INSTANCE="/tiada/folder"), "Buat folder itu dengan izin 0700."),
    ],
)
def test_production_refuses(
    production: dict[str, str], spoil: Callable[[dict[str, str]], None], sentence: str
) -> None:
    spoil(production)
    assert any(sentence in kalimat for kalimat in refused(production))


def test_plain_http_is_accepted_when_named(production: dict[str, str]) -> None:
    production |= {"RENTAN_PROXY_COUNT": "0", "RENTAN_IZINKAN_HTTP": "ya"}
    settings = load_settings(production)
    assert settings.http_polos and not settings.cookie_secure


def test_several_hosts_start_when_everything_is_shared(production: dict[str, str]) -> None:
    production |= {
        "RENTAN_JUMLAH_HOST": "3",
        "RENTAN_QUEUE_URL": "redis://antre/0",
        "RENTAN_DOCUMENTS_URL": "s3://dokumen",
    }
    assert load_settings(production).jumlah_host == 3


def test_group_may_read_secrets_for_the_service_manager(production: dict[str, str]) -> None:
    Path(production["RENTAN_KEK_FILE"]).chmod(0o440)
    assert isinstance(load_settings(production), Settings)


# -- city profile --------------------------------------------------------------------------------


def test_the_shipped_city() -> None:
    profil = load_profil(PROFIL_BAWAAN)
    assert len(profil.prefiks_nik) == 16
    assert profil.batas.periode == (1, 3, 6, 12)
    assert profil.batas["penyebut"] == ("PNS", "PPPK")


def test_another_city_differs_without_a_code_change() -> None:
    ini, lain = load_profil(PROFIL_BAWAAN), load_profil(KOTA_LAIN)
    assert lain.prefiks_nik == {"997101", "997102", "997103"}
    assert (lain.bank.panjang_rekening, lain.batas.maks_pekerja, lain.zona_waktu) == (12, 3, "Asia/Makassar")
    assert lain.batas.usia_maksimum == 65  # not in its file: the default of the rules
    assert not {ini.nama_kota, ini.bank.nama, ini.provinsi} & {lain.nama_kota, lain.bank.nama, lain.provinsi}


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ('nama_kota = "Kota Contohan"', "", "nama_kota belum diisi."),
        ('nama_kota = "Kota Contohan"', "nama_kota = 7", "nama_kota harus berupa teks yang tidak kosong."),
        ("nama_gerakan =", "nama_gerakann =", "nama_gerakann tidak dikenal; periksa ejaannya."),
        ("maks_pekerja = 3", 'maks_pekerja = "3"', "batas.maks_pekerja harus berupa bilangan bulat"),
        ("maks_pekerja = 3", "maks_pekerja = 0", "batas.maks_pekerja harus berupa bilangan bulat"),
        ("maks_pekerja = 3", "maks_pekerja = true", "batas.maks_pekerja harus berupa bilangan bulat"),
        ("maks_pekerja = 3", 'totp_wajib = "ya"', "batas.totp_wajib diisi dengan true atau false."),
        ("periode = [3, 6]", "periode = [3, 24]", "batas.periode harus berisi bulan 1 sampai dengan 12"),
        ("periode = [3, 6]", "periode = []", "batas.periode harus berupa daftar yang tidak kosong."),
        ('"PPPK PW"]', '"honorer"]', "batas.penyebut berisi honorer"),
        ("Asia/Makassar", "Asia/Atlantis", "zona_waktu Asia/Atlantis tidak dikenal"),
        ("Asia/Makassar", "../etc", "zona_waktu ../etc tidak dikenal"),
        ('opd = "opd.csv"', 'opd = "tiada.csv"', "berkas.opd menunjuk berkas tiada.csv yang tidak ada."),
        ('"lambang.svg"', '"opd.csv"', "logo harus berkas SVG atau PNG."),
        ("panjang_rekening = 12", "panjang_rekening = 99", "bank.panjang_rekening harus 5 sampai"),
        ('["contohan"', '["Contohan"', "kata_sandi_terlarang ditulis dengan huruf kecil."),
        ("[bank]", "[bank", "bukan TOML yang sah"),
    ],
)
def test_profile_faults_are_named(tmp_path: Path, before: str, after: str, sentence: str) -> None:
    kota = tmp_path / "kota"
    shutil.copytree(KOTA_LAIN.parent, kota)
    text = (kota / "profil.toml").read_text(encoding="utf-8")
    assert before in text
    (kota / "profil.toml").write_text(text.replace(before, after), encoding="utf-8")
    with pytest.raises(ProfilError) as error:
        load_profil(kota / "profil.toml")
    assert any(sentence in kalimat for kalimat in error.value.kalimat), error.value.kalimat


def test_profile_needs_area_prefixes(tmp_path: Path) -> None:
    kota = tmp_path / "kota"
    shutil.copytree(KOTA_LAIN.parent, kota)
    (kota / "kecamatan.csv").write_text("kode,nama\n99.71.01,Hulu\n", encoding="utf-8")
    with pytest.raises(ProfilError, match="kolom prefiks_nik"):
        load_profil(kota / "profil.toml")


def test_missing_profile_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProfilError, match="Periksa RENTAN_PROFIL_KOTA"):
        load_profil(tmp_path / "profil.toml")
