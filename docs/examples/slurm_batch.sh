#!/bin/bash
# Many scenes on a Slurm cluster: every task of the job array does its share of them.
#
#   sbatch slurm_batch.sh /data/scenes /data/results [more options of moe3d batch]
#
# Sent again, or after a task was killed, it goes on where it stopped: complete scenes are skipped.
#SBATCH --job-name=moe3d
#SBATCH --array=1-8
#SBATCH --gres=gpu:1
#SBATCH --cpus-per-task=8
#SBATCH --mem=32G
#SBATCH --time=08:00:00
#SBATCH --requeue
#SBATCH --output=moe3d-%A-%a.log
set -euo pipefail

scenes=${1:?wanted: the folder of scenes, then the folder of results}
results=${2:?wanted: the folder of results}
step=${SLURM_ARRAY_TASK_STEP:-1}
part=$(((SLURM_ARRAY_TASK_ID - SLURM_ARRAY_TASK_MIN) / step + 1))

export OMP_NUM_THREADS=${SLURM_CPUS_PER_TASK:-1}
exec moe3d batch "$scenes" --output "$results" --part "$part/$SLURM_ARRAY_TASK_COUNT" "${@:3}"
