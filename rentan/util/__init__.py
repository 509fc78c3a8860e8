"""Pure helpers for identity numbers, money, dates and names. No Flask, no database, no clock."""
