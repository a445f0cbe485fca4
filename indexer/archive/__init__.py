"""The source of truth: documents, their versions, their scopes, and which file carries them."""
