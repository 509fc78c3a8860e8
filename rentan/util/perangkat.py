"""A browser's own description, shortened to what its owner recognises."""

# The order matters: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
_PERAMBAN = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SISTEM = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def nama_perangkat(user_agent: str) -> str:
    """``Firefox di Windows``; an unknown browser is just that, its text is not kept."""
    peramban = next((nama for tanda, nama in _PERAMBAN if tanda in user_agent), "Peramban lain")
    sistem = next((nama for tanda, nama in _SISTEM if tanda in user_agent), "")
    return f"{peramban} di {sistem}" if sistem else peramban
