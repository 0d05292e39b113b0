"""How the two APIs describe themselves: what django-ninja cannot know of operations, properties and answers."""
