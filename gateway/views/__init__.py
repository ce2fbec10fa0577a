"""Which views of the orders have people saved, for themselves or for all?"""
