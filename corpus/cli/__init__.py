"""The command that reads documents, and what all commands share: lazy loading, and usage told in Chinese.

Not for: importing heavy libraries. A command imports what it needs when it runs, so that usage is told at once.
"""
