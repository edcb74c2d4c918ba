-- Written by hand to check the report of the same name: from each employee upwards to the one who reports to nobody.
WITH RECURSIVE up(id, boss, steps, path) AS (
    SELECT EmployeeId, ReportsTo, 0, FirstName || ' ' || LastName FROM Employee
    UNION ALL
    SELECT up.id, e.ReportsTo, steps + 1, e.FirstName || ' ' || e.LastName || ' > ' || path
      FROM up JOIN Employee e ON e.EmployeeId = up.boss)
SELECT steps, path, (SELECT Title FROM Employee WHERE EmployeeId = up.id)
  FROM up
 WHERE boss IS NULL
 ORDER BY path;
