# hint: What does the exit return
from unittest.mock import AsyncMock, MagicMock


def mock_session(status=200, body=None, error=None):
    response = MagicMock(spec=["status", "json"])
    response.status = status
    response.json = AsyncMock(return_value=body)
    manager = MagicMock()
    manager.__aenter__ = AsyncMock(return_value=response, side_effect=error)
    manager.__aexit__ = AsyncMock()
    session = MagicMock(spec=["get", "requested"])
    session.requested = []
    session.get.side_effect = lambda url: session.requested.append(url) or manager
    return session
