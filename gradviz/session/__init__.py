"""A session: document, walk, exact undo and forward replay. No Qt."""
