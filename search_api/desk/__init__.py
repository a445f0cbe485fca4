"""What an officer takes away: the basket, and the sheet made of it."""
