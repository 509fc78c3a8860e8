"""What an action answers when it refuses."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from rentan.core.errors import RuleError


def refusal(call: Callable[[], object]) -> RuleError:
    """The refusal that this call must end in."""
    with pytest.raises(RuleError) as caught:
        call()
    return caught.value
