-- Written by hand, in whole cents and without windows, to check the report of the same name.
WITH spent AS (
    SELECT c.CustomerId, c.Country, c.FirstName || ' ' || c.LastName AS name, sum(CAST(round(i.Total * 100) AS INTEGER)) AS cents
      FROM Invoice i JOIN Customer c ON c.CustomerId = i.CustomerId
     GROUP BY c.CustomerId)
SELECT Country, name, printf('%d.%02d', cents / 100, cents % 100)
  FROM spent
 WHERE NOT EXISTS (SELECT 1 FROM spent other WHERE other.Country IS spent.Country AND other.cents > spent.cents)
 ORDER BY Country, name;
