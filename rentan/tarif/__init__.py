"""What a contribution costs: a pure function of month, class, programmes, sector and funding."""
