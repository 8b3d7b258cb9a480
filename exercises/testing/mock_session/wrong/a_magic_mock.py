# hint: What has only the attributes
from unittest.mock import AsyncMock, MagicMock


def mock_session(status=200, body=None, error=None):
    response = MagicMock()
    response.status = status
    response.json = AsyncMock(return_value=body)
    session = MagicMock()
    session.requested = []

    def get(url):
        session.requested.append(url)
        manager = MagicMock()
        manager.__aenter__.return_value = response
        manager.__aenter__.side_effect = error
        return manager

    session.get = get
    return session
