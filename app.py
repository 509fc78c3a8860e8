"""Entry point: ``flask --app app …`` for commands, ``python app.py`` to serve."""

import sys

from flask_migrate import upgrade

from rentan.config import ROOT, ConfigError, ProfilError
from rentan.core.queue import start_consumer
from rentan.core.secrets import KeyFileError
from rentan.demo import ensure_demo
from rentan.ext import runtime
from rentan.factory import create_app
from rentan.server import StartError, serve

try:
    app = create_app()
except (ConfigError, ProfilError, KeyFileError) as error:
    sys.exit(f"rentan tidak dijalankan:\n{error}")


def main() -> None:
    """Serve; the demo city is first brought up to date and, when empty, filled."""
    with app.app_context():
        settings = runtime().settings
    sign_ins = prepare_demo() if settings.demo else []

    def announce(address: str) -> None:
        print(f"\nrentan melayani di {address} (hentikan dengan Ctrl+C)", flush=True)
        for peran, pengenal, sandi in sign_ins:
            print(f"  {peran:<20} {pengenal:<22} {sandi}", flush=True)

    stop_consumer = start_consumer(app)
    try:
        serve(
            app,
            settings.host,
            settings.port,
            proxy_count=settings.proxy_count,
            on_ready=announce,
            on_stop=stop_consumer,
        )
    except StartError as error:
        stop_consumer()
        sys.exit(f"rentan tidak dijalankan:\n{error}")


def prepare_demo() -> list[tuple[str, str, str]]:
    """Newest tables and a filled city; answers (peran, pengenal, sandi) of the sign-ins to try."""
    print("Menyiapkan kota demo; pertama kali perlu beberapa saat …", file=sys.stderr, flush=True)
    with app.app_context():
        upgrade(directory=str(ROOT / "rentan" / "migrations"))
        return ensure_demo(app)


if __name__ == "__main__":
    main()
