//! Departments, employees and projects: several ways between tables, a table that points to itself.

use std::sync::LazyLock;

use super::Asked;

thread_local! {
    static STAFF: LazyLock<Asked> = LazyLock::new(|| Asked::script(
        "CREATE TABLE departments (dept_id INTEGER PRIMARY KEY, dept_name TEXT, location TEXT, budget REAL);
         CREATE TABLE employees (emp_id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, gender TEXT, hire_date DATE, salary REAL,
           dept_id INTEGER REFERENCES departments(dept_id), job_title TEXT, manager_id INTEGER REFERENCES employees(emp_id));
         CREATE TABLE projects (project_id INTEGER PRIMARY KEY, project_name TEXT, start_date DATE, end_date DATE, budget REAL);
         CREATE TABLE assignments (emp_id INTEGER REFERENCES employees(emp_id), project_id INTEGER REFERENCES projects(project_id), hours INTEGER,
           PRIMARY KEY (emp_id, project_id));
         INSERT INTO departments VALUES (1,'Sales','London',100000),(2,'Engineering','Berlin',500000),(3,'Marketing','Paris',80000);
         INSERT INTO employees VALUES (1,'Ann','Lee','F','2020-01-15',5000,1,'Manager',NULL),(2,'Bob','Ray','M','2021-03-01',4000,1,'Clerk',1),
           (3,'Cat','Fox','F','2022-07-01',7000,2,'Engineer',1),(4,'Dan','Orr','M','2026-02-01',6500,2,'Engineer',3);
         INSERT INTO projects VALUES (1,'Apollo','2025-01-01','2025-12-31',10000),(2,'Hermes','2026-01-01',NULL,20000);
         INSERT INTO assignments VALUES (3,1,100),(4,1,50),(4,2,70);",
    ));
}

fn same(questions: &[&str], sql: &str) {
    STAFF.with(|staff| staff.same(questions, sql));
}

#[test]
fn figures_by_department() {
    same(
        &[
            "How many employees are in each department?",
            "每个部门有多少员工",
            "Number of employees per department",
        ],
        "SELECT d.dept_name, COUNT(*) FROM employees e JOIN departments d ON d.dept_id = e.dept_id GROUP BY d.dept_id",
    );
    same(
        &[
            "average salary by department",
            "各部门的平均工资",
            "Show the average salary for each department, ordered by average salary descending",
        ],
        "SELECT d.dept_name, AVG(e.salary) FROM employees e JOIN departments d ON d.dept_id = e.dept_id GROUP BY d.dept_id",
    );
    same(
        &[
            "What is the highest salary in each department?",
            "各部门的最高工资",
            "maximum salary by department",
        ],
        "SELECT d.dept_name, MAX(e.salary) FROM employees e JOIN departments d ON d.dept_id = e.dept_id GROUP BY d.dept_id",
    );
    same(
        &["Which department has the highest average salary?", "平均工资最高的部门"],
        "SELECT d.dept_name, AVG(e.salary) a FROM employees e JOIN departments d ON d.dept_id = e.dept_id GROUP BY d.dept_id ORDER BY a DESC LIMIT 1",
    );
    same(
        &[
            "What is the average salary of employees in the Engineering department?",
            "Engineering部门员工的平均工资",
        ],
        "SELECT AVG(salary) FROM employees WHERE dept_id = 2",
    );
}

#[test]
fn employees_are_listed() {
    same(
        &["Who has the highest salary?", "工资最高的员工", "the employee with the highest salary"],
        "SELECT first_name, last_name, salary FROM employees ORDER BY salary DESC LIMIT 1",
    );
    same(
        &["employees with salary above average", "工资高于平均工资的员工"],
        "SELECT first_name, last_name, salary FROM employees WHERE salary > (SELECT AVG(salary) FROM employees)",
    );
    same(
        &["employees hired this year", "今年入职的员工"],
        "SELECT first_name, last_name, hire_date FROM employees WHERE hire_date >= '2026-01-01'",
    );
    same(
        &["employees not assigned to any project", "employees without projects", "没有项目的员工"],
        "SELECT first_name, last_name FROM employees WHERE emp_id NOT IN (SELECT emp_id FROM assignments)",
    );
    same(
        &[
            "What are the first names of employees who work on Apollo?",
            "first names of employees in the Apollo project",
        ],
        "SELECT first_name FROM employees WHERE emp_id IN (SELECT emp_id FROM assignments WHERE project_id = 1)",
    );
    same(
        &["工资大于5000的女员工有多少", "How many female employees have a salary over 5000?"],
        "SELECT COUNT(*) FROM employees WHERE salary > 5000 AND gender = 'F'",
    );
}

#[test]
fn no_join_multiplies_a_budget() {
    same(
        &["total budget of departments with female employees"],
        "SELECT SUM(budget) FROM departments WHERE dept_id IN (SELECT dept_id FROM employees WHERE gender = 'F')",
    );
    same(
        &["Show the total budget of departments by employee job title"],
        "SELECT job_title, SUM(budget) FROM (SELECT DISTINCT d.dept_id, d.budget, e.job_title FROM departments d JOIN employees e ON e.dept_id = d.dept_id) GROUP BY job_title",
    );
    same(
        &["average budget of departments and number of employees by location"],
        "SELECT location, AVG(budget), NULLIF((SELECT COUNT(*) FROM employees e WHERE e.dept_id = d.dept_id), 0) FROM departments d GROUP BY location",
    );
    same(
        &["total hours by department"],
        "SELECT d.dept_name, SUM(a.hours) FROM assignments a JOIN employees e ON e.emp_id = a.emp_id JOIN departments d ON d.dept_id = e.dept_id GROUP BY d.dept_id",
    );
}
