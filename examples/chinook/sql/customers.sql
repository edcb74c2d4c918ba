-- Written by hand to check the report of the same name.
SELECT c.FirstName || ' ' || c.LastName,
       c.Country,
       r.FirstName || ' ' || r.LastName,
       m.FirstName || ' ' || m.LastName
  FROM Customer c
  LEFT JOIN Employee r ON r.EmployeeId = c.SupportRepId
  LEFT JOIN Employee m ON m.EmployeeId = r.ReportsTo
 ORDER BY c.LastName, c.FirstName, c.CustomerId;
