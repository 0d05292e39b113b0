"""What all back-office pages share: the two sites, their menus, lists, confirm pages, histories."""
