"""The pictures of `docs/guide.md`: three users' stories, played in the real window."""
