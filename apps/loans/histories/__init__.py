"""What credit histories are told and asked, compared with the facts, and disputed."""
