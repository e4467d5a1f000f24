namespace ImageSdk.ImageService.Shells;

/// <summary>Where shells of jobs are reached.</summary>
/// <param name="Host">The name by which users reach this machine.</param>
/// <param name="FirstPort">The first of the ports that shells may have.</param>
/// <param name="LastPort">The last of them.</param>
/// <param name="UserLimit">How long a job waits for its user.</param>
sealed record ShellSettings(string Host, int FirstPort, int LastPort, TimeSpan UserLimit);
