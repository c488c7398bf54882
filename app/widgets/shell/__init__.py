"""The window itself: docks, menus, bars, start page, messages."""
