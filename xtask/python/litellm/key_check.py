"""Checks keys without a database: the proxy's own check answers 400 to a wrong key when it has none."""

import os
import secrets

from litellm.proxy._types import UserAPIKeyAuth


async def user_api_key_auth(request, api_key: str) -> UserAPIKeyAuth:
    """Accepts the master key and nothing else; what is raised here becomes a 401."""
    if not secrets.compare_digest(api_key, os.environ["LITELLM_MASTER_KEY"]):
        raise ValueError("wrong key")
    return UserAPIKeyAuth(api_key=api_key)
