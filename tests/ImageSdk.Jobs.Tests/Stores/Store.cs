using System.Reflection;
using Xunit.Sdk;

namespace ImageSdk.Jobs.Tests.Stores;

/// <summary>The databases that all tests run on.</summary>
public enum Store
{
    Sqlite,
    Postgres,
}

/// <summary>Runs a theory on SQLite.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class OnSqliteAttribute : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[Store.Sqlite]];
}

/// <summary>Runs a theory on PostgreSQL, where it is installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
sealed class OnPostgresAttribute : DataAttribute
{
    public OnPostgresAttribute()
    {
        if (PostgresServer.Programs is null)
            Skip = "needs PostgreSQL (Debian's package postgresql)";
    }

    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => [[Store.Postgres]];
}
