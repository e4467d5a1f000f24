namespace ImageSdk.ImageService.Options;

/// <summary>What jobs are like, by the settings that the original has in the environment.</summary>
sealed record JobSettings
{
    /// <summary>GiB of disk that a job may use (DEFAULT_IMS_IMAGE_SIZE).</summary>
    public int DefaultSize { get; init; } = 60;

    /// <summary>GiB of memory that a job may use (DEFAULT_IMS_JOB_MEM_SIZE).</summary>
    public int DefaultMemory { get; init; } = 8;

    /// <summary>In names that jobs have for the original's clients (DEFAULT_IMS_JOB_NAMESPACE).</summary>
    public string Namespace { get; init; } = "ims";

    /// <summary>In names of hosts (JOB_CUSTOMER_ACCESS_SUBNET_NAME).</summary>
    public string Subnet { get; init; } = "cmn";

    /// <summary>In names of hosts (JOB_CUSTOMER_ACCESS_NETWORK_DOMAIN).</summary>
    public string Domain { get; init; } = "shasta.local";

    /// <summary>Whether shells of customize jobs may have the kernel's file systems (JOB_ENABLE_DKMS).</summary>
    public bool EnablesDkms { get; init; } = true;

    /// <summary>Heartbeats in a row that a node may miss (DEFAULT_IMS_JOB_REMOTE_TIMEOUT_COUNT).</summary>
    public int MissedHeartbeats { get; init; } = 12;
}
