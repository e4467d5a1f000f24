namespace ImageSdk.Machines.BootTests;

/// <summary>A file of the boot tests.</summary>
/// <param name="Name">Its path below the folder of the tests, with / between parts.</param>
/// <param name="IsTest">Whether it is run; other files are there for tests to use.</param>
sealed record BootTestScript(string Name, string File, bool IsTest);

/// <summary>What a boot test did.</summary>
/// <param name="Error">Null for a test that passed.</param>
/// <param name="Output">What it wrote, the last part of it where that is much.</param>
sealed record BootTestResult(string Name, TimeSpan Duration, string? Error, string Output);
