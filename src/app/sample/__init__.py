"""A fictional chat of two friends, exported as WhatsApp does, and questions whose answers are known.

The chat is composed by `app.sample.compose` from the scenes beside it.
"""

from pathlib import Path

CHAT = Path(__file__).with_name("chat.txt")
QUESTIONS = Path(__file__).with_name("questions.json")
