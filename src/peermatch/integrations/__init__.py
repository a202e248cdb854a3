"""Other libraries' doors into this one. Nothing is imported until such a library asks for it."""
