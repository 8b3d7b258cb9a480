from unittest.mock import AsyncMock


def mock_session(status=200, body=None, error=None):
    session = AsyncMock()
    session.get.return_value.status = status
    session.get.return_value.json.return_value = body
    session.get.side_effect = error
    return session
