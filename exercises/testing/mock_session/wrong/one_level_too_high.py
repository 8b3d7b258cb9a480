# hint: Which object does `as` bind
from unittest.mock import AsyncMock, MagicMock


def mock_session(status=200, body=None, error=None):
    session = MagicMock()
    session.get.return_value.status = status
    session.get.return_value.json = AsyncMock(return_value=body)
    session.get.return_value.__aenter__.side_effect = error
    return session
