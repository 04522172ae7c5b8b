"""What would help most: the worklist, readers' questions, and keeping aids true: review dates, owners, checks, mail."""
