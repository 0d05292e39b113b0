"""Routes of the API about getting in, and about oneself; `auth` says who calls, for the routes of every room."""
