"""One person registered twice: found, compared, merged by two people, and taken apart again."""
