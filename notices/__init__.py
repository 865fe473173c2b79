"""What a shop is told without having asked, by noun; and how goods, amounts and lists are written wherever we write."""
